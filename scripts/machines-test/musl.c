// Loads the add-on with musl's loader, as a Node built for musl does. In: the add-on's path. Out: how many functions it has registered.
// Node's side of the interface is here in its place: npm has no Node for musl.
#include <dlfcn.h>
#include <stdio.h>

static int function_count;

int napi_create_function(void *env, const char *name, size_t length, void *call, void *data, void **result) {
  *result = &function_count;
  if (call != NULL) function_count++;
  return 0;
}
int napi_create_object(void *env, void **result) { *result = &function_count; return 0; }
int napi_set_named_property(void *env, void *object, const char *name, void *value) { return 0; }
int napi_get_cb_info(void *env, void *info, size_t *count, void **values, void **self, void **data) { return 1; }
int napi_get_typedarray_info(void *env, void *array, int *type, size_t *length, void **data, void **buffer, size_t *offset) { return 1; }
int napi_throw_type_error(void *env, const char *code, const char *message) { return 0; }

int main(int count, char **words) {
  void *library = dlopen(words[1], RTLD_NOW);
  if (library == NULL) return fprintf(stderr, "%s\n", dlerror()), 1;
  void *(*start)(void *, void *) = (void *(*)(void *, void *))dlsym(library, "napi_register_module_v1");
  if (start == NULL) return fprintf(stderr, "%s\n", dlerror()), 1;
  start(NULL, &function_count);
  printf("%d\n", function_count);
  return function_count > 0 ? 0 : 1;
}
