// How threads share the shards of a step. A ticket says which step it is and how many shards are left; who draws one computes
// it. Late or absent threads delay nobody: the others draw their shards.
#pragma once

enum { LEFT_BITS = 8, LEFT_MASK = (1 << LEFT_BITS) - 1 };

// Each in a cache line of its own. The ticket comes first: a thread with nothing to do sleeps until it changes.
typedef struct {
  unsigned ticket;
  unsigned pad[15];
  unsigned done;
} Team;

// Offers `count` shards of a new step. What the step needs is written before.
static void offer(Team *team, int count) {
  __atomic_store_n(&team->done, 0, __ATOMIC_RELAXED);
  const unsigned step = (team->ticket >> LEFT_BITS) + 1;
  __atomic_store_n(&team->ticket, step << LEFT_BITS | (unsigned)count, __ATOMIC_RELEASE);
}

// @returns a shard that nobody else computes, or -1 when all are given away
static int draw(Team *team) {
  unsigned ticket = __atomic_load_n(&team->ticket, __ATOMIC_ACQUIRE);
  while (ticket & LEFT_MASK)
    if (__atomic_compare_exchange_n(&team->ticket, &ticket, ticket - 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
      return (int)(ticket & LEFT_MASK) - 1;
  return -1;
}

static void report_done(Team *team) { __atomic_fetch_add(&team->done, 1, __ATOMIC_ACQ_REL); }

static void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void await_done(Team *team, int count) {
  while ((int)__atomic_load_n(&team->done, __ATOMIC_ACQUIRE) < count) pause_briefly();
}

// Waits for shards, but no longer than some 100 µs: about what lies between two steps of a training.
static void await_offer(Team *team) {
  enum { PAUSES = 4000 };
  for (int i = 0; i < PAUSES && !(__atomic_load_n(&team->ticket, __ATOMIC_ACQUIRE) & LEFT_MASK); i++) pause_briefly();
}
