// The Node add-on: the entries of the best build for this processor, as functions of a Uint8Array (over memory that threads may
// share). It declares the few names of Node-API that it uses, and needs no library: one file serves every C library of a system.
#include "processor.h"
#include "variant.h"

typedef __SIZE_TYPE__ Size;
typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
enum { napi_ok = 0 };

extern int napi_get_cb_info(napi_env, napi_callback_info, Size *, napi_value *, napi_value *, void **);
extern int napi_get_typedarray_info(napi_env, napi_value, int *, Size *, void **, napi_value *, Size *);
extern int napi_create_function(napi_env, const char *, Size, napi_callback, void *, napi_value *);
extern int napi_create_object(napi_env, napi_value *);
extern int napi_create_string_utf8(napi_env, const char *, Size, napi_value *);
extern int napi_set_named_property(napi_env, napi_value, const char *, napi_value);
extern int napi_throw_type_error(napi_env, const char *, const char *);

typedef struct {
  const char *name;
  const Variant *variant;
} Build;

#if defined(__x86_64__)
extern const Variant kernels_sse2, kernels_avx2, kernels_avx512;
static const Build builds[] = {{"sse2", &kernels_sse2}, {"avx2", &kernels_avx2}, {"avx512", &kernels_avx512}};
static int build_count(void) { return processor_level() + 1; }
#else
extern const Variant kernels_neon;
static const Build builds[] = {{"neon", &kernels_neon}};
static int build_count(void) { return 1; }
#endif

static napi_value call_entry(napi_env env, napi_callback_info info) {
  Size argument_count = 1;
  napi_value argument = 0;
  void *entry = 0, *block = 0;
  napi_get_cb_info(env, info, &argument_count, &argument, 0, &entry);
  if (argument_count < 1 || napi_get_typedarray_info(env, argument, 0, 0, &block, 0, 0) != napi_ok || !block) {
    napi_throw_type_error(env, 0, "expected a block of memory (a Uint8Array)");
    return 0;
  }
  (*(Entry **)entry)(block);
  return 0;
}

static void define(napi_env env, napi_value object, const char *name, Entry *const *entry) {
  napi_value function;
  if (napi_create_function(env, name, (Size)-1, call_entry, (void *)entry, &function) == napi_ok)
    napi_set_named_property(env, object, name, function);
}

static napi_value describe(napi_env env, const Variant *variant) {
  napi_value object = 0;
  napi_create_object(env, &object);
  define(env, object, "plan", &variant->plan);
  define(env, object, "open", &variant->open);
  define(env, object, "load_parameters", &variant->load_parameters);
  define(env, object, "store_parameters", &variant->store_parameters);
  define(env, object, "store_gradients", &variant->store_gradients);
  define(env, object, "load_moments", &variant->load_moments);
  define(env, object, "store_moments", &variant->store_moments);
  define(env, object, "forward", &variant->forward);
  define(env, object, "backward", &variant->backward);
  define(env, object, "begin_step", &variant->begin_step);
  define(env, object, "finish_step", &variant->finish_step);
  define(env, object, "help", &variant->help);
  define(env, object, "await_step", &variant->await_step);
  return object;
}

// Exports an object by instruction set, the best one last.
__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  for (int b = 0; b < build_count(); b++)
    napi_set_named_property(env, exports, builds[b].name, describe(env, builds[b].variant));
  return exports;
}
