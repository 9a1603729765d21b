// SPDX-License-Identifier: Apache-2.0
/* How many threads there can be. GNU's OpenMP ends the process when it cannot start a thread, and waits for ever in the child of a
 * fork, where the threads of its pool are gone: so threads are tried before its regions are entered, and a child works alone.
 */
#include "base/threads.h"
#include <pthread.h>
#include <stdatomic.h>

static atomic_int proven = 1;             /* so many were there at once */
static atomic_int most = BMI_THREADS_MAX; /* fewer when the system once refused */
static atomic_bool forked;                /* from a process that had more than one */
static pthread_once_t watched = PTHREAD_ONCE_INIT;
static pthread_mutex_t trying = PTHREAD_MUTEX_INITIALIZER;

static void in_child(void)
{
    if (atomic_load(&proven) > 1) atomic_store(&forked, true);
}

static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, in_child); /* without memory for it children are as badly off as with OpenMP alone */
}

/* A thread that only waits until all have been tried. */
static void *wait_for_end(void *gate)
{
    pthread_mutex_lock(gate);
    pthread_mutex_unlock(gate);
    return NULL;
}

/* Starts wanted - 1 threads beside this one and ends them again; how many there were in all. */
static int try_threads(int wanted)
{
    pthread_t thread[BMI_THREADS_MAX];
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    int n = 0;
    pthread_mutex_lock(&gate);
    while (n < wanted - 1 && pthread_create(&thread[n], NULL, wait_for_end, &gate) == 0) n++;
    pthread_mutex_unlock(&gate);
    for (int i = 0; i < n; i++) pthread_join(thread[i], NULL);
    return n + 1;
}

int bmi_threads_given(int wanted)
{
    if (wanted <= 1 || atomic_load_explicit(&forked, memory_order_relaxed)) return 1;
    const int now = atomic_load_explicit(&proven, memory_order_relaxed);
    if (wanted <= now) return wanted;
    pthread_once(&watched, watch_forks);
    pthread_mutex_lock(&trying);
    if (wanted > atomic_load(&most)) wanted = atomic_load(&most);
    if (wanted > atomic_load(&proven)) {
        const int given = try_threads(wanted);
        if (given < wanted) atomic_store(&most, given);
        if (given > atomic_load(&proven)) atomic_store(&proven, given);
        wanted = given;
    }
    pthread_mutex_unlock(&trying);
    return wanted;
}
