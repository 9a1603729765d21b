// SPDX-License-Identifier: Apache-2.0
/* What the measuring programs share: a clock, seeded data of the shapes that the peers get, and JSON lines. */
#ifndef BENCH_COMMON_H
#define BENCH_COMMON_H
#include <baeum.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Peak resident memory of this process. Not getrusage: what it gives was the parent's before this program replaced it. */
static inline long peak_kb(void)
{
    char line[200];
    long kb = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, "VmHWM:", 6)) kb = strtol(line + 6, NULL, 10);
    if (f) fclose(f);
    return kb;
}

/* An allocator that counts what it gives and remembers the most; malloc's memory. */
typedef struct bench_counter {
    size_t now, most;
} bench_counter;

static inline void *bench_take(void *user, size_t bytes, size_t align)
{
    bench_counter *c = user;
    const size_t now_bytes = __atomic_add_fetch(&c->now, bytes, __ATOMIC_RELAXED);
    if (now_bytes > c->most) c->most = now_bytes;
    return aligned_alloc(align, (bytes + align - 1) / align * align);
}

static inline void bench_give(void *user, void *memory, size_t bytes)
{
    __atomic_sub_fetch(&((bench_counter *)user)->now, bytes, __ATOMIC_RELAXED);
    free(memory);
}

/* Uniform in [0, 1): xorshift64*. */
static inline double uniform(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (double)((*state * UINT64_C(2685821657736338717)) >> 11) * 0x1p-53;
}

static inline double normal(uint64_t *state)
{
    const double u = uniform(state), v = uniform(state);
    return sqrt(-2 * log(1 - u)) * cos(6.283185307179586 * v);
}

static inline int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static inline void bench_read(const char *model, const char *what, void *into, size_t bytes)
{
    char path[1000];
    snprintf(path, sizeof path, "%s/%s.%s", getenv("BAEUM_BENCH_DATA"), model, what);
    FILE *f = fopen(path, "rb");
    if (!f || fread(into, 1, bytes, f) != bytes) fprintf(stderr, "%s cannot be read\n", path), exit(1);
    fclose(f);
}

/* The data of a row of the table: a 12,800 x 784 in [0, 1) with 10 classes; b 12,800 x 8 normal with sin of the sum and noise. The peers' own
 * from the folder BAEUM_BENCH_DATA (peers/common.py writes it), else alike but for the labels of a, which are random then. */
static inline bm_dataset *bench_data(char model)
{
    const int64_t n = 12800, columns = model == 'a' ? 784 : 8;
    const char name[2] = { model, 0 };
    uint64_t state = 88172645463325252ULL;
    bm_tensor *x = bm_tensor_new(BM_F32, BM_SHAPE(n, columns));
    bm_tensor *t = model == 'a' ? bm_tensor_new(BM_I32, BM_SHAPE(n)) : bm_tensor_new(BM_F32, BM_SHAPE(n, 1));
    float *at = bm_data(x);
    if (getenv("BAEUM_BENCH_DATA")) {
        bench_read(name, "x", at, (size_t)(n * columns) * sizeof *at);
        bench_read(name, "t", bm_data(t), (size_t)n * 4);
    } else {
        for (int64_t i = 0; i < n * columns; i++) at[i] = (float)(model == 'a' ? uniform(&state) : normal(&state));
        for (int64_t i = 0; i < n; i++) {
            double sum = 0;
            for (int64_t k = 0; k < columns; k++) sum += at[i * columns + k];
            if (model == 'a') ((int32_t *)bm_data(t))[i] = (int32_t)(uniform(&state) * 10);
            else ((float *)bm_data(t))[i] = (float)(sin(sum) + normal(&state));
        }
    }
    bm_dataset *d = bm_dataset_from(x, t);
    bm_free(x);
    bm_free(t);
    return d;
}

/* The network of a row: a 784-512-512-10 ReLU with Adam; b 8-16-16-1 tanh with plain gradient descent. */
static inline bm_model *bench_model(char model, bm_context *context)
{
    bm_model *m;
    if (model == 'a') {
        m = bm_sequential_in(context, bm_input(784), bm_dense(512, .activation = BM_RELU), bm_dense(512, .activation = BM_RELU),
                             bm_dense(10));
        bm_compile(m, .loss = BM_SOFTMAX_CROSSENTROPY, .optimizer = bm_adam(.rate = 1e-3));
    } else {
        m = bm_sequential_in(context, bm_input(8), bm_dense(16, .activation = BM_TANH), bm_dense(16, .activation = BM_TANH),
                             bm_dense(1));
        bm_compile(m, .loss = BM_MSE, .optimizer = bm_sgd(.rate = .01));
    }
    return m;
}

#endif
