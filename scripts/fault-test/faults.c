// Makes one call of a process to the system fail, for fault-test.mjs. In: LD_PRELOAD, and in the environment FAULT_UNDER, the directory
// whose files count; FAULT_LOG, where each call on them is noted; FAULT_AT, which of them fails, from 1 on; FAULT_DO, how: the
// number of an error, "full" (no space, and none later), "short" (a byte of what was asked for), "before" or "after" (killed there).
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int calls, disk_full;

enum { IS_READ = 0, NEEDS_SPACE = 1 };

static int is_within(const char *path) {
  const char *under = getenv("FAULT_UNDER");
  if (under == NULL || path == NULL) return 0;
  size_t length = strlen(under);
  // The working directory is the one that counts.
  if (path[0] != '/') return 1;
  return strncmp(path, under, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static const char *path_of(int descriptor, char path[4096]) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, 4095);
  path[length > 0 ? length : 0] = 0;
  return path[0] == '/' ? path : NULL;
}

static void note(const char *name, const char *path) {
  const char *log = getenv("FAULT_LOG");
  if (log == NULL) return;
  static int (*real_open)(const char *, int, ...);
  static ssize_t (*real_write)(int, const void *, size_t);
  if (real_open == NULL) real_open = dlsym(RTLD_NEXT, "open64");
  if (real_write == NULL) real_write = dlsym(RTLD_NEXT, "write");
  char line[4200];
  int length = snprintf(line, sizeof line, "%s %s\n", name, path);
  int file = real_open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
  real_write(file, line, length);
  syscall(SYS_close, file);
}

static void die(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

// What is to happen to this call: 0 nothing, -1 it is short, -2 the process is killed after it, else an error.
static int fault(const char *name, const char *path, int needs_space) {
  if (!is_within(path)) return 0;
  note(name, path);
  const char *at = getenv("FAULT_AT"), *what = getenv("FAULT_DO");
  int is_now = at != NULL && atomic_fetch_add(&calls, 1) + 1 == atoi(at);
  if (disk_full && needs_space) return ENOSPC;
  if (!is_now) return 0;
  if (strcmp(what, "before") == 0) die();
  if (strcmp(what, "after") == 0) return -2;
  if (strcmp(what, "short") == 0) return -1;
  if (strcmp(what, "full") == 0) {
    disk_full = 1;
    return needs_space ? ENOSPC : 0;
  }
  return atoi(what);
}

#define REAL(name) \
  static __typeof__(name) *real; \
  if (real == NULL) real = dlsym(RTLD_NEXT, #name)
#define FAIL_OR(call, failed) \
  if (f > 0) return errno = f, failed; \
  __typeof__(call) result = call; \
  if (f == -2) die(); \
  return result

int open64(const char *path, int flags, ...) {
  REAL(open64);
  va_list rest;
  va_start(rest, flags);
  int mode = va_arg(rest, int);
  va_end(rest);
  int f = (flags & O_CREAT) ? fault("create", path, NEEDS_SPACE)
                            : fault((flags & O_ACCMODE) == O_RDONLY ? "open" : "reopen", path, IS_READ);
  FAIL_OR(real(path, flags, mode), -1);
}

#define ON_BYTES(name, label, type, space) \
  ssize_t name(int descriptor, type data, size_t size) { \
    REAL(name); \
    char path[4096]; \
    int f = fault(label, path_of(descriptor, path), space); \
    FAIL_OR(real(descriptor, data, f == -1 && size > 1 ? 1 : size), -1); \
  }
#define ON_BYTES_AT(name, label, type, space) \
  ssize_t name(int descriptor, type data, size_t size, off64_t at) { \
    REAL(name); \
    char path[4096]; \
    int f = fault(label, path_of(descriptor, path), space); \
    FAIL_OR(real(descriptor, data, f == -1 && size > 1 ? 1 : size, at), -1); \
  }
ON_BYTES(read, "read", void *, IS_READ)
ON_BYTES(write, "write", const void *, NEEDS_SPACE)
ON_BYTES_AT(pread64, "read", void *, IS_READ)
ON_BYTES_AT(pwrite64, "write", const void *, NEEDS_SPACE)

#define ON_DESCRIPTOR(name, label, space) \
  int name(int descriptor) { \
    REAL(name); \
    char path[4096]; \
    int f = fault(label, path_of(descriptor, path), space); \
    FAIL_OR(real(descriptor), -1); \
  }
ON_DESCRIPTOR(fsync, "fsync", NEEDS_SPACE)
ON_DESCRIPTOR(fdatasync, "fsync", NEEDS_SPACE)

#define ON_PATH(name, label, space) \
  int name(const char *path) { \
    REAL(name); \
    int f = fault(label, path, space); \
    FAIL_OR(real(path), -1); \
  }
ON_PATH(unlink, "unlink", IS_READ)
ON_PATH(rmdir, "rmdir", IS_READ)

#define ON_TWO(name, label) \
  int name(const char *from, const char *to) { \
    REAL(name); \
    int f = fault(label, to, NEEDS_SPACE); \
    FAIL_OR(real(from, to), -1); \
  }
ON_TWO(rename, "rename")
ON_TWO(link, "link")

int mkdir(const char *path, mode_t mode) {
  REAL(mkdir);
  int f = fault("mkdir", path, NEEDS_SPACE);
  FAIL_OR(real(path, mode), -1);
}

int chmod(const char *path, mode_t mode) {
  REAL(chmod);
  int f = fault("chmod", path, IS_READ);
  FAIL_OR(real(path, mode), -1);
}

int fchmod(int descriptor, mode_t mode) {
  REAL(fchmod);
  char path[4096];
  int f = fault("chmod", path_of(descriptor, path), IS_READ);
  FAIL_OR(real(descriptor, mode), -1);
}

int access(const char *path, int mode) {
  REAL(access);
  int f = fault("access", path, IS_READ);
  FAIL_OR(real(path, mode), -1);
}

int ftruncate64(int descriptor, off64_t size) {
  REAL(ftruncate64);
  char path[4096];
  int f = fault("truncate", path_of(descriptor, path), IS_READ);
  FAIL_OR(real(descriptor, size), -1);
}

int scandir64(const char *path, struct dirent64 ***names, int (*filter)(const struct dirent64 *),
              int (*compare)(const struct dirent64 **, const struct dirent64 **)) {
  REAL(scandir64);
  int f = fault("list", path, IS_READ);
  FAIL_OR(real(path, names, filter, compare), -1);
}

// libuv asks for the status of a path by number.
long syscall(long number, ...) {
  static __typeof__(syscall) *real;
  if (real == NULL) real = dlsym(RTLD_NEXT, "syscall");
  va_list rest;
  va_start(rest, number);
  long a[6];
  for (int i = 0; i < 6; i++) a[i] = va_arg(rest, long);
  va_end(rest);
  const char *path = number == SYS_statx ? (const char *)a[1] : NULL;
  int f = path != NULL && path[0] != 0 ? fault("stat", path, IS_READ) : 0;
  FAIL_OR(real(number, a[0], a[1], a[2], a[3], a[4], a[5]), -1);
}
