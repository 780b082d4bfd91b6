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

// What is built for several instruction sets, the least first.
typedef struct {
  const char *name;
  const NamedEntry *entries;
} Build;

#if defined(__x86_64__)
extern Variant kernels_sse2, kernels_avx2, kernels_avx512, classical_sse2;
static const Build recurrent[] = {{"sse2", kernels_sse2}, {"avx2", kernels_avx2}, {"avx512", kernels_avx512}};
static const Build classical[] = {{"sse2", classical_sse2}};
static int level(void) { return processor_level(); }
#else
extern Variant kernels_neon, classical_neon;
static const Build recurrent[] = {{"neon", kernels_neon}};
static const Build classical[] = {{"neon", classical_neon}};
static int level(void) { return 0; }
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
  ((const NamedEntry *)entry)->run(block);
  return 0;
}

static napi_value describe(napi_env env, const NamedEntry *entries) {
  napi_value object = 0, function;
  napi_create_object(env, &object);
  for (const NamedEntry *entry = entries; entry->name; entry++)
    if (napi_create_function(env, entry->name, (Size)-1, call_entry, (void *)entry, &function) == napi_ok)
      napi_set_named_property(env, object, entry->name, function);
  return object;
}

// Adds an object by instruction set, the best one that this processor runs last.
static void offer_builds(napi_env env, napi_value exports, const char *name, const Build *builds, int count) {
  napi_value object = 0;
  napi_create_object(env, &object);
  for (int b = 0; b < count && b <= level(); b++)
    napi_set_named_property(env, object, builds[b].name, describe(env, builds[b].entries));
  napi_set_named_property(env, exports, name, object);
}

// Exports the builds of the recurrent kernels, and those of the classical methods.
__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  offer_builds(env, exports, "recurrent", recurrent, sizeof recurrent / sizeof *recurrent);
  offer_builds(env, exports, "classical", classical, sizeof classical / sizeof *classical);
  return exports;
}
