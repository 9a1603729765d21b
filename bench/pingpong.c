// SPDX-License-Identifier: Apache-2.0
/* One-way latency between processors 0 and 1, in ns: two threads hand a number to each other. A machine whose two cores lie
 * near each other at one time and far at another scales differently; figures on two threads are kept only when it stayed near.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

enum { ROUNDS = 200000 };
static _Alignas(128) atomic_int ball;

static void pin(int processor)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

static void *other(void *unused)
{
    pin(1);
    for (int i = 0; i < ROUNDS; i++) {
        while (atomic_load_explicit(&ball, memory_order_acquire) != 2 * i + 1) {}
        atomic_store_explicit(&ball, 2 * i + 2, memory_order_release);
    }
    return unused;
}

int main(void)
{
    double best = 1e9;
    for (int again = 0; again < 3; again++) {
        pthread_t thread;
        struct timespec a, b;
        atomic_store(&ball, 0);
        if (pthread_create(&thread, NULL, other, NULL)) return 1;
        pin(0);
        clock_gettime(CLOCK_MONOTONIC, &a);
        for (int i = 0; i < ROUNDS; i++) {
            atomic_store_explicit(&ball, 2 * i + 1, memory_order_release);
            while (atomic_load_explicit(&ball, memory_order_acquire) != 2 * i + 2) {}
        }
        clock_gettime(CLOCK_MONOTONIC, &b);
        pthread_join(thread, NULL);
        const double ns = ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / (2.0 * ROUNDS);
        if (ns < best) best = ns;
    }
    printf("%.1f\n", best);
    return 0;
}
