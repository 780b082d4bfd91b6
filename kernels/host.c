// A stand-in for Node that loads an add-on and trains with each of its builds: shows that the file needs nothing of the C library it
// was linked beside. In: the add-on's path. Out: the losses of two steps, held to the known answers of
// src/engine/kernels/fused/check.ts. For musl:
//   zig cc -O2 -fno-sanitize=undefined -target x86_64-linux-musl -dynamic -rdynamic kernels/host.c -o host
//   ld-musl-x86_64.so.1 ./host kernels/prebuilt/linux-x64.node
#include "control.h"
#include <dlfcn.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_BYTES = 65536, MAX_ENTRIES = 64 };

// The values of Node-API here: an object is its number, a function its place in `functions`.
typedef int (*Callback)(void *, void *);
static struct {
  const char *name;
  Callback call;
  void *entry;
} functions[MAX_ENTRIES];
static int function_count, object_count, first_of_object[MAX_ENTRIES];
static const char *builds[MAX_ENTRIES];
static int build_count;
static void *running_entry, *block;

int napi_create_object(void *env, intptr_t *result) {
  (void)env;
  first_of_object[++object_count] = function_count;
  *result = object_count;
  return 0;
}

int napi_create_function(void *env, const char *name, size_t length, Callback call, void *entry, intptr_t *result) {
  (void)env, (void)length;
  functions[function_count].name = name;
  functions[function_count].call = call;
  functions[function_count].entry = entry;
  *result = ++function_count;
  return 0;
}

// On the exports (object 0) a build is named.
int napi_set_named_property(void *env, intptr_t object, const char *name, intptr_t value) {
  (void)env, (void)value;
  if (object == 0) builds[build_count++] = name;
  return 0;
}

int napi_get_cb_info(void *env, void *info, size_t *count, void **arguments, void **self, void **entry) {
  (void)env, (void)info, (void)self;
  *count = 1;
  arguments[0] = block;
  *entry = running_entry;
  return 0;
}

int napi_get_typedarray_info(void *env, void *value, int *type, size_t *length, void **data, void *buffer, size_t *offset) {
  (void)env, (void)type, (void)length, (void)buffer, (void)offset;
  *data = value;
  return 0;
}

int napi_throw_type_error(void *env, const char *code, const char *message) {
  (void)env, (void)code;
  puts(message);
  exit(1);
}

static void run(int build, const char *name, void *memory) {
  for (int f = first_of_object[build + 1]; f < function_count; f++)
    if (strcmp(functions[f].name, name) == 0) {
      running_entry = functions[f].entry;
      block = memory;
      functions[f].call(0, 0);
      return;
    }
  printf("no function %s\n", name);
  exit(1);
}

static float *region(Control *control, RegionName name) { return (float *)((char *)control + (size_t)control->region[name].offset); }

static void fill_wave(Control *control, RegionName name, double size) {
  float *values = region(control, name);
  for (int i = 0; i < control->region[name].count; i++) values[i] = (float)(size * (fmod(i * 0.618034 + 0.1, 1) * 2 - 1));
}

// @returns whether the losses are those of an LSTM
static int train(int build) {
  const Control shape = {.cell = 1, .batch = 3, .time = 4, .inputs = 2, .layers = 2, .bidirectional = 1, .outputs = 2, .trains = 1,
                         .units = {5, 3}, .count = 3, .has_mask = 1, .learning_rate = 0.01, .epsilon = 1e-8, .beta1 = 0.9,
                         .beta2 = 0.999, .clip = 1, .weight_decay = 0.1};
  static const double known[] = {1.783372, 1.74292};
  Control *control = calloc(1, HEAD_BYTES);
  *control = shape;
  run(build, "plan", control);
  const size_t byte_count = (size_t)control->byte_count;
  free(control);
  control = calloc(1, byte_count);
  *control = shape;
  run(build, "open", control);
  fill_wave(control, INPUTS, 1);
  fill_wave(control, TARGETS, 2);
  fill_wave(control, PARAMETERS, 0.5);
  for (int i = 0; i < control->region[WEIGHTS].count; i++) region(control, WEIGHTS)[i] = 1;
  for (int i = 3; i < control->region[MASK].count; i++) region(control, MASK)[i] = 1;
  run(build, "load_parameters", control);
  int right = 1;
  for (int step = 0; step < 2; step++) {
    control->step = step + 1;
    run(build, "begin_step", control);
    run(build, "finish_step", control);
    printf("%s: loss of step %d is %.6f\n", builds[build], step + 1, control->loss);
    right = right && fabs(control->loss / known[step] - 1) < 1e-4;
  }
  free(control);
  return right;
}

int main(int argc, char **argv) {
  void *addon = argc > 1 ? dlopen(argv[1], RTLD_NOW) : 0;
  if (!addon) {
    puts(argc > 1 ? dlerror() : "usage: host ADDON");
    return 1;
  }
  ((void *(*)(void *, void *))dlsym(addon, "napi_register_module_v1"))(0, 0);
  int right = build_count > 0;
  for (int build = 0; build < build_count; build++) right = train(build) && right;
  puts(right ? "right" : "wrong");
  return !right;
}
