// SPDX-License-Identifier: Apache-2.0
/* Sharing work over OpenMP's pool, and the mode of denormal numbers. */
#include "base/threads.h"
#include "base/context.h"
#include <omp.h>
#include <stdatomic.h>
#include <stdlib.h>
#if defined __x86_64__
#include <xmmintrin.h>
#endif

/* What the environment and the machine said, 0 before anyone asked. It never changes afterwards. */
static atomic_int builtin_threads;

static int find_builtin_threads(void)
{
    const char *text = getenv("BAEUM_THREADS");
    if (text && *text) {
        char *end;
        const long n = strtol(text, &end, 10);
        if (!*end && n >= 1 && n <= BMI_THREADS_MAX) return (int)n;
    }
    return bmi_processors();
}

int bmi_threads(const bm_context *context)
{
    if (context && context->threads) return context->threads;
    int n = atomic_load_explicit(&builtin_threads, memory_order_relaxed);
    if (n) return n;
    const int found = find_builtin_threads();
    return atomic_compare_exchange_strong(&builtin_threads, &n, found) ? found : n; /* the first answer stays */
}

static atomic_int threads_seen;
static _Thread_local bool seen;

int bmi_threads_seen(void)
{
    return atomic_load(&threads_seen);
}

void bmi_note_thread(void)
{
    if (seen) return;
    seen = true;
    atomic_fetch_add(&threads_seen, 1);
}

/* The mode of denormals. x86: bits 15 (flush to zero) and 6 (denormals are zero) of the control register; AArch64: bit 24 of its own. */
#if defined __x86_64__
enum { FLUSHED = 0x8040 };
#elif defined __aarch64__
enum { FLUSHED = 1 << 24 };
#else
enum { FLUSHED = 0 };
#endif

static unsigned mode_now(void)
{
#if defined __x86_64__
    return _mm_getcsr() & FLUSHED;
#elif defined __aarch64__
    uint64_t all;
    __asm__ volatile("mrs %0, fpcr" : "=r"(all));
    return (unsigned)all & FLUSHED;
#else
    return 0;
#endif
}

/* Gives the mode before. Only its bits are written: exceptions that were raised in between stay raised. */
static unsigned take_mode(unsigned mode)
{
    const unsigned before = mode_now();
    if (mode == before) return before; /* writing it takes ten times as long as reading */
#if defined __x86_64__
    _mm_setcsr((_mm_getcsr() & ~(unsigned)FLUSHED) | mode);
#elif defined __aarch64__
    uint64_t all;
    __asm__ volatile("mrs %0, fpcr" : "=r"(all));
    __asm__ volatile("msr fpcr, %0" : : "r"((all & ~(uint64_t)FLUSHED) | mode));
#endif
    return before;
}

unsigned bmi_denormals_flush(void)
{
    return take_mode(FLUSHED);
}

void bmi_denormals_restore(unsigned mode)
{
    take_mode(mode);
}

typedef struct work {
    void (*fn)(void *arg, int part, int parts);
    void *arg;
    int parts;
    unsigned mode; /* of denormals, in which it runs */
} work;

/* Parts begin .. end-1 on this thread. */
static void run_parts(const work *w, int begin, int end)
{
    if (begin >= end) return;
    if (w->parts > 1) bmi_note_thread();
    const unsigned mode = take_mode(w->mode);
    for (int part = begin; part < end; part++) w->fn(w->arg, part, w->parts);
    take_mode(mode);
}

static void share(const bm_context *context, const work *w)
{
    const int parts = w->parts;
    int wanted = parts > 1 && !omp_in_parallel() ? bmi_threads(context) : 1;
    wanted = bmi_threads_given(wanted < parts ? wanted : parts);
    if (wanted <= 1) {
        run_parts(w, 0, parts);
        return;
    }
#pragma omp parallel num_threads(wanted)
    {
        const int n = omp_get_num_threads(), t = omp_get_thread_num(); /* n may be less than wanted */
        run_parts(w, (int)((int64_t)parts * t / n), (int)((int64_t)parts * (t + 1) / n));
    }
}

void bmi_parallel(const bm_context *context, int parts, void (*fn)(void *arg, int part, int parts), void *arg)
{
    share(context, &(work){ fn, arg, parts, FLUSHED });
}

void bmi_parallel_exact(const bm_context *context, int parts, void (*fn)(void *arg, int part, int parts), void *arg)
{
    share(context, &(work){ fn, arg, parts, mode_now() });
}

void bmi_slice(int64_t n, int64_t grain, int part, int parts, int64_t *begin, int64_t *end)
{
    const int64_t grains = n / grain + (n % grain != 0), each = grains / parts, more = grains % parts;
    const int64_t first = part * each + (part < more ? part : more), last = first + each + (part < more);
    *begin = first < grains ? first * grain : n;
    *end = last < grains ? last * grain : n;
}
