// SPDX-License-Identifier: Apache-2.0
/* One pool of threads over OpenMP. Work is cut into parts whose number depends on shapes alone, never on threads, or is split
 * so that no number depends on where the cuts are: that is why results repeat on any thread count.
 */
#ifndef BMI_BASE_THREADS_H
#define BMI_BASE_THREADS_H
#include <baeum/base.h>

#define BMI_THREADS_MAX 1024

/* Processors this process may use: affinity and cgroup (v1, v2) quota, rounded up, at least 1. */
int bmi_processors(void);
/* The quota's part of it, 0 when there is none. `root` is put before /proc/self/cgroup and /sys/fs/cgroup ("" but in tests). */
int bmi_cgroup_processors(const char *root);
/* Threads of a context (null: the built-in one): its option, else BAEUM_THREADS when that is a number from 1 to 1024, else
 * bmi_processors(). Environment and machine are looked at once per process, by whoever asks first. */
int bmi_threads(const bm_context *context);

/* Of `wanted` threads, this one among them, as many as the system lets start: at least 1. They are tried once a process, and a
 * refusal is remembered. 1 in the child of a fork of a process that had more. */
int bmi_threads_given(int wanted);

/* Calls fn(arg, part, parts) for part 0 .. parts-1 over the context's threads and waits for all. Thread t of n runs the
 * neighbouring parts t*parts/n up to (t+1)*parts/n, so the same part meets the same cache at every call. Inside any OpenMP
 * region, and with one part or one thread, it runs inline, one part after the other. Denormals are flushed wherever fn runs,
 * inline too, and each thread's mode is restored. */
void bmi_parallel(const bm_context *context, int parts, void (*fn)(void *arg, int part, int parts), void *arg);
/* The same in the caller's mode of denormals, on every thread: for tables, whose cells are compared, counted and kept as they are. */
void bmi_parallel_exact(const bm_context *context, int parts, void (*fn)(void *arg, int part, int parts), void *arg);

/* The part-th of `parts` slices of [0, n): in order, without gaps, even to within one grain, each starting at a multiple of
 * `grain` (>= 1) or empty at n. */
void bmi_slice(int64_t n, int64_t grain, int part, int parts, int64_t *begin, int64_t *end);

/* Flush-to-zero and denormals-are-zero on the calling thread; gives the mode before, for bmi_denormals_restore. */
unsigned bmi_denormals_flush(void);
void bmi_denormals_restore(unsigned mode);

/* How many distinct threads have run a part of work of more than one part (bmi_parallel, steps of a plan) since the process began: so
 * that a test can assert that work was really shared. */
int bmi_threads_seen(void);
/* Counts the calling thread among them. */
void bmi_note_thread(void);

#endif
