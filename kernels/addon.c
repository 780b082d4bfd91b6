// The Node add-on: the entries of the best build for this processor, as functions of a Uint8Array (over memory that threads may
// share), and SHA-256. It declares the few names of Node-API that it uses, and needs no library: one file serves every C library
// of a system.
#include "processor.h"
#include "sha256.h"
#include "variant.h"

typedef __SIZE_TYPE__ Size;
typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
enum { napi_ok = 0, napi_uint8_array = 1 };

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

// sha256(data, digest): the digest, 32 bytes, is written to.
static napi_value call_sha256(napi_env env, napi_callback_info info) {
  enum { DATA, DIGEST, COUNT };
  Size argument_count = COUNT, size[COUNT] = {0, 0};
  napi_value arguments[COUNT] = {0, 0};
  void *bytes[COUNT] = {0, 0};
  int type[COUNT] = {-1, -1};
  napi_get_cb_info(env, info, &argument_count, arguments, 0, 0);
  for (int i = 0; i < COUNT; i++)
    if (napi_get_typedarray_info(env, arguments[i], &type[i], &size[i], &bytes[i], 0, 0) != napi_ok) argument_count = 0;
  if (argument_count < COUNT || type[DATA] != napi_uint8_array || type[DIGEST] != napi_uint8_array || size[DIGEST] != 32) {
    napi_throw_type_error(env, 0, "expected data and a digest of 32 bytes (Uint8Arrays)");
    return 0;
  }
  sha256(bytes[DATA], size[DATA], bytes[DIGEST]);
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

// Exports the builds of the recurrent kernels, those of the classical methods, and SHA-256.
__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  offer_builds(env, exports, "recurrent", recurrent, sizeof recurrent / sizeof *recurrent);
  offer_builds(env, exports, "classical", classical, sizeof classical / sizeof *classical);
  napi_value function;
  if (napi_create_function(env, "sha256", (Size)-1, call_sha256, 0, &function) == napi_ok)
    napi_set_named_property(env, exports, "sha256", function);
  return exports;
}
