// The entries of one build: how it defines them, and how it offers them for the add-on to choose among builds.
#pragma once

// Takes a block of memory, which begins with its control fields.
typedef void Entry(void *block);

typedef struct {
  const char *name;
  Entry *run;
} NamedEntry;

// Ends with an entry without a name.
typedef const NamedEntry Variant[];

#define NAMED(entry) {#entry, entry}

// WebAssembly has an entry by its name, the add-on by its build's VARIANT.
#if defined(__wasm__)
#define EXPORTED(name) __attribute__((export_name(#name)))
#else
#define EXPORTED(name) static
#endif

// Is followed by a parameter, the block as what it is, and the body.
#define DEFINE_ENTRY(name, Block)                                                                                                \
  static void name##_on(Block *block);                                                                                           \
  EXPORTED(name) void name(void *block) { name##_on(block); }                                                                    \
  static void name##_on
