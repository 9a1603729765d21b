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

/* Parts begin .. end-1 on this thread. */
static void run_parts(int begin, int end, int parts, void (*fn)(void *arg, int part, int parts), void *arg)
{
    if (begin >= end) return;
    if (parts > 1) bmi_note_thread();
    const unsigned mode = bmi_denormals_flush();
    for (int part = begin; part < end; part++) fn(arg, part, parts);
    bmi_denormals_restore(mode);
}

void bmi_parallel(const bm_context *context, int parts, void (*fn)(void *arg, int part, int parts), void *arg)
{
    int wanted = parts > 1 && !omp_in_parallel() ? bmi_threads(context) : 1;
    wanted = bmi_threads_given(wanted < parts ? wanted : parts);
    if (wanted <= 1) {
        run_parts(0, parts, parts, fn, arg);
        return;
    }
#pragma omp parallel num_threads(wanted)
    {
        const int n = omp_get_num_threads(), t = omp_get_thread_num(); /* n may be less than wanted */
        run_parts((int)((int64_t)parts * t / n), (int)((int64_t)parts * (t + 1) / n), parts, fn, arg);
    }
}

void bmi_slice(int64_t n, int64_t grain, int part, int parts, int64_t *begin, int64_t *end)
{
    const int64_t grains = n / grain + (n % grain != 0), each = grains / parts, more = grains % parts;
    const int64_t first = part * each + (part < more ? part : more), last = first + each + (part < more);
    *begin = first < grains ? first * grain : n;
    *end = last < grains ? last * grain : n;
}

/* x86: bits 15 (flush to zero) and 6 (denormals are zero) of the control register; AArch64: bit 24 of its own. */
unsigned bmi_denormals_flush(void)
{
#if defined __x86_64__
    const unsigned mode = _mm_getcsr();
    if ((mode & 0x8040u) != 0x8040u) _mm_setcsr(mode | 0x8040u); /* writing it takes ten times as long as reading */
    return mode;
#elif defined __aarch64__
    uint64_t mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    __asm__ volatile("msr fpcr, %0" : : "r"(mode | (UINT64_C(1) << 24)));
    return (unsigned)mode;
#else
    return 0;
#endif
}

void bmi_denormals_restore(unsigned mode)
{
#if defined __x86_64__
    /* Only the two bits: exceptions that were raised in between stay raised. */
    if ((mode & 0x8040u) != 0x8040u) _mm_setcsr((_mm_getcsr() & ~0x8040u) | (mode & 0x8040u));
#elif defined __aarch64__
    __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)mode));
#else
    (void)mode;
#endif
}
