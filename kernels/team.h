// How threads share the shards of a step. A ticket says which step it is and how many shards are left; who draws one computes
// it. Late or absent threads delay nobody: the others draw their shards. Whoever waits looks again and again for a short while,
// then returns, for its caller to sleep on the word that will change: an idle thread costs nothing, and where another process
// took a processor, the one that sleeps leaves its own to the thread it waits for.
#pragma once

enum { LEFT_BITS = 8, LEFT_MASK = (1 << LEFT_BITS) - 1 };

// Words to sleep on, each in a cache line of its own.
typedef struct {
  unsigned ticket;
  unsigned pad[15];
  unsigned missing; // shards of the step that are not computed yet
} Team;

// Offers `count` shards of a new step. What the step needs is written before.
static void offer(Team *team, int count) {
  __atomic_store_n(&team->missing, (unsigned)count, __ATOMIC_RELAXED);
  const unsigned step = (__atomic_load_n(&team->ticket, __ATOMIC_RELAXED) >> LEFT_BITS) + 1;
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

static void report_done(Team *team) { __atomic_fetch_sub(&team->missing, 1, __ATOMIC_ACQ_REL); }

static int count_missing(const Team *team) { return (int)__atomic_load_n(&team->missing, __ATOMIC_ACQUIRE); }
static int count_left(const Team *team) { return (int)(__atomic_load_n(&team->ticket, __ATOMIC_ACQUIRE) & LEFT_MASK); }

// Time while looking, in ticks of the processor's own clock. WebAssembly has none: there the looks are counted.
typedef unsigned long long Time;

#if defined(__x86_64__)
static Time look_again(Time before) {
  (void)before;
  __builtin_ia32_pause();
  return __builtin_ia32_rdtsc();
}
static Time short_while(void) { return 150000; } // the clock runs at 2 to 4 GHz everywhere
#elif defined(__aarch64__)
static Time look_again(Time before) {
  (void)before;
  Time now;
  __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(now));
  return now;
}
static Time short_while(void) {
  Time per_second;
  __asm__("mrs %0, cntfrq_el0" : "=r"(per_second));
  return per_second / 16000;
}
#else
static Time look_again(Time before) { return before + 1; }
static Time short_while(void) { return 150000; }
#endif

// Each waits some 60 µs at most: about what lies between two steps of a training, and what falling asleep and being woken costs.
// They stay functions of their own: inlined into the work around them, V8 of Node 20 compiled such loops wrongly.
static __attribute__((noinline)) void await_shards(const Team *team) {
  Time time = look_again(0);
  for (const Time end = time + short_while(); count_left(team) == 0 && time < end;) time = look_again(time);
}

static __attribute__((noinline)) void await_results(const Team *team) {
  Time time = look_again(0);
  for (const Time end = time + short_while(); count_missing(team) > 0 && time < end;) time = look_again(time);
}
