// SPDX-License-Identifier: Apache-2.0
/* Matrix products: the contraction engine beside OpenBLAS, oneDNN (found at run time) and libxsmm (found at build time), on the
 * shapes of the networks' tables.
 *
 *     bench_gemm [--threads N] [--json] [--f64] [--only PART-OF-A-NAME] [--shape nn|tn|nt|tt M K N]...
 *
 * Median of all rounds of SECONDS, at least ROUNDS of them, with the best and the worst tenth; in a round each takes its turn on the
 * same operands, for ROUND_US or one call. The machine's own peak is a loop of fused multiply-adds in registers, measured in the same run. Pin the process and set OPENBLAS_NUM_THREADS=N, OMP_NUM_THREADS=N.
 */
#include "base/threads.h"
#include "kernels/cpu/contract.h"
#include <dlfcn.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#if defined __x86_64__
#include <immintrin.h>
#endif
#ifdef BENCH_XSMM
#include <libxsmm.h>
#endif

enum { ROUNDS = 25, MOST_ROUNDS = 4000, ROUND_US = 1000, OURS = 0, OPENBLAS, ONEDNN, XSMM, CONTESTANTS };
#define SECONDS 0.5
static const char *const names[CONTESTANTS] = { "baeum", "OpenBLAS", "oneDNN", "libxsmm" };

typedef struct product {
    const char *form; /* nn A B, tn A^T B, nt A B^T */
    int m, k, n;
    double goal;
} product;
static const product products[] = {
    { "nn", 64, 64, 64, .95 },    { "nn", 128, 784, 512, .95 }, { "nn", 128, 512, 512, .95 }, { "nn", 128, 512, 10, 1 },
    { "nn", 32, 64, 64, .9 },     { "nn", 32, 16, 16, .9 },     { "nn", 512, 512, 512, .95 }, { "nn", 2048, 2048, 2048, .95 },
    { "tn", 784, 128, 512, .95 }, { "tn", 512, 128, 512, .95 }, { "tn", 512, 128, 10, .95 },  { "nt", 128, 512, 512, .95 },
    { "nt", 128, 10, 512, .95 },  { "nn", 1, 784, 512, 1 },
};

typedef void sgemm_fn(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);
typedef void dgemm_fn(int, int, int, int, int, int, double, const double *, int, const double *, int, double, double *, int);
typedef int dnnl_fn(char, char, long, long, long, float, const float *, long, const float *, long, float, float *, long);

typedef struct job {
    int m, n, k, threads, parts;
    bool at, bt, f64;
    void *a, *b, *c, *memory;
    const bmi_contract *bound;
    bmi_kernel kernel;
    sgemm_fn *sgemm;
    dgemm_fn *dgemm;
    dnnl_fn *dnnl;
#ifdef BENCH_XSMM
    libxsmm_smmfunction xs;
    libxsmm_dmmfunction xd;
#endif
} job;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A function of a library; the detour over memory is POSIX's way to make a function of an object pointer. */
static void find(void *to, void *library, const char *name)
{
    void *at = library ? dlsym(library, name) : NULL;
    memcpy(to, &at, sizeof at);
}

static void part_of(void *arg, int part, int parts)
{
    const job *j = arg;
    j->kernel(j->bound, part, parts);
}

static bool has(const job *j, int who)
{
    switch (who) {
    case OURS: return true;
    case OPENBLAS: return j->f64 ? j->dgemm != NULL : j->sgemm != NULL;
    case ONEDNN: return !j->f64 && j->dnnl;
#ifdef BENCH_XSMM
    case XSMM: return j->threads == 1 && (j->f64 ? j->xd != NULL : j->xs != NULL);
#endif
    default: return false;
    }
}

static void call(const job *j, int who)
{
    enum { ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112 };
    const int lda = j->at ? j->m : j->k, ldb = j->bt ? j->k : j->n, ta = j->at ? TRANSPOSED : PLAIN,
              tb = j->bt ? TRANSPOSED : PLAIN;
    switch (who) {
    case OURS:
        if (j->parts == 1) j->kernel(j->bound, 0, 1);
        else bmi_parallel(NULL, j->parts, part_of, (void *)(uintptr_t)j);
        break;
    case OPENBLAS:
        if (j->f64) j->dgemm(ROW_MAJOR, ta, tb, j->m, j->n, j->k, 1, j->a, lda, j->b, ldb, 0, j->c, j->n);
        else j->sgemm(ROW_MAJOR, ta, tb, j->m, j->n, j->k, 1, j->a, lda, j->b, ldb, 0, j->c, j->n);
        break;
    case ONEDNN: j->dnnl(j->at ? 'T' : 'N', j->bt ? 'T' : 'N', j->m, j->n, j->k, 1, j->a, lda, j->b, ldb, 0, j->c, j->n); break;
#ifdef BENCH_XSMM
    case XSMM:
        if (j->f64) j->xd(j->b, j->a, j->c);
        else j->xs(j->b, j->a, j->c);
        break;
#endif
    default: break;
    }
}

static double element(const job *j, const void *x, long i)
{
    return j->f64 ? ((const double *)x)[i] : (double)((const float *)x)[i];
}

/* The largest error in units of its limit, on a sample of elements. */
static double error(const job *j)
{
    double worst = 0;
    for (long s = 0; s < 200; s++) {
        const long x = s * 7919 % j->m, y = s * 104729 % j->n;
        double sum = 0, all = 0;
        for (long p = 0; p < j->k; p++) {
            const double z =
                element(j, j->a, j->at ? p * j->m + x : x * j->k + p) * element(j, j->b, j->bt ? y * j->k + p : p * j->n + y);
            sum += z, all += fabs(z);
        }
        const double limit = 4 * ldexp(1, j->f64 ? -53 : -24) * (sqrt(j->k) + 8) * all,
                     off = fabs(sum - element(j, j->c, x * j->n + y));
        if (off > worst * limit) worst = off / limit;
    }
    return worst;
}

static void *operand(long n, bool f64, uint64_t *state)
{
    char *x = aligned_alloc(4096, ((size_t)n * (f64 ? 8 : 4) + 4095) / 4096 * 4096);
    if (!x) exit(1);
    for (long i = 0; i < n; i++) {
        *state = *state * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX generator */
        const double v = (double)(*state >> 40) / (1 << 23) - 1;
        if (f64) ((double *)(void *)x)[i] = v;
        else ((float *)(void *)x)[i] = (float)v;
    }
    return x;
}

static void prepare(job *j, const product *p)
{
    uint64_t state = 1;
    j->m = p->m, j->n = p->n, j->k = p->k, j->at = p->form[0] == 't', j->bt = p->form[1] == 't';
    j->a = operand((long)j->m * j->k, j->f64, &state), j->b = operand((long)j->k * j->n, j->f64, &state);
    j->c = operand((long)j->m * j->n, j->f64, &state);
    const bmi_contract_spec s = { .real = j->f64 ? BMI_REAL_F64 : BMI_REAL_F32,
                                  .m = j->m,
                                  .n = j->n,
                                  .k = j->k,
                                  .a_transposed = j->at,
                                  .b_transposed = j->bt,
                                  .a = j->a,
                                  .b = j->b,
                                  .c = j->c,
                                  .lda = j->at ? j->m : j->k,
                                  .ldb = j->bt ? j->k : j->n,
                                  .ldc = j->n };
    j->parts = bmi_contract_parts(&s, j->threads);
    j->memory = aligned_alloc(4096, (bmi_contract_bytes(&s, j->parts) + 4095) / 4096 * 4096);
    if (!j->memory) exit(1);
    j->bound = bmi_contract_bind(j->memory, &s, j->parts, bmi_isa_now());
    j->kernel = bmi_contract_kernel(j->bound);
#ifdef BENCH_XSMM /* column-major: C^T = B^T A^T */
    const float one = 1, zero = 0;
    const double one64 = 1, zero64 = 0;
    const bool plain = !j->at && !j->bt && j->m > 1 && (double)j->m * j->n * j->k < 1e8;
    j->xs = plain && !j->f64 ? libxsmm_smmdispatch(j->n, j->m, j->k, NULL, NULL, NULL, &one, &zero, NULL, NULL) : NULL;
    j->xd = plain && j->f64 ? libxsmm_dmmdispatch(j->n, j->m, j->k, NULL, NULL, NULL, &one64, &zero64, NULL, NULL) : NULL;
#endif
}

/* Seconds a call takes. */
typedef struct timing {
    double low, median, high; /* the best tenth, the middle, the worst tenth of the rounds; median 0: does not take part */
} timing;

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Each contestant once a round. */
static void measure(const job *j, timing times[CONTESTANTS], double wrong[CONTESTANTS])
{
    static double each[CONTESTANTS][MOST_ROUNDS];
    long repeats[CONTESTANTS] = { 0 };
    int rounds = 0;
    const double begin = now(), budget = j->threads > 1 ? 3 * SECONDS : SECONDS;
    for (int who = 0; who < CONTESTANTS; who++) {
        if (!has(j, who)) continue;
        memset(j->c, 0xff, (size_t)j->m * (size_t)j->n * (j->f64 ? 8 : 4));
        call(j, who);
        wrong[who] = error(j);
        for (long n = 1; !repeats[who]; n *= 2) {
            const double start = now();
            for (long i = 0; i < n; i++) call(j, who);
            if ((now() - start) * 1e6 > ROUND_US / 2) repeats[who] = n;
        }
    }
    for (; rounds < MOST_ROUNDS && (rounds < ROUNDS || now() - begin < budget); rounds++)
        for (int who = 0; who < CONTESTANTS; who++) {
            if (!has(j, who)) continue;
            const double start = now();
            for (long i = 0; i < repeats[who]; i++) call(j, who);
            each[who][rounds] = (now() - start) / (double)repeats[who];
        }
    for (int who = 0; who < CONTESTANTS; who++) {
        times[who] = (timing){ 0 };
        if (!has(j, who)) continue;
        qsort(each[who], (size_t)rounds, sizeof *each[who], by_size);
        times[who] = (timing){ each[who][rounds / 10], each[who][rounds / 2], each[who][rounds - 1 - rounds / 10] };
    }
}

enum { PEAK_STEPS = 1000000 };
#if defined __x86_64__
/* Sums along a loop of fused multiply-adds that nothing but the units themselves can hold up; `vector` of `numbers` floats. */
#define PEAK(name, isa, vector, numbers, set, fma, store)                                     \
    __attribute__((target(isa))) static double name(void)                                     \
    {                                                                                         \
        vector sum[12];                                                                       \
        const vector x = set(.999999f), y = set(1e-9f);                                       \
        for (int i = 0; i < 12; i++) sum[i] = set((float)i);                                  \
        for (long n = 0; n < PEAK_STEPS; n++)                                                 \
            _Pragma("GCC unroll 12") for (int i = 0; i < 12; i++) sum[i] = fma(sum[i], x, y); \
        float all[numbers], total = 0;                                                        \
        for (int i = 0; i < 12; i++) store(all, sum[i]), total += all[i % numbers];           \
        return total;                                                                         \
    }
PEAK(peak_256, "avx2,fma", __m256, 8, _mm256_set1_ps, _mm256_fmadd_ps, _mm256_storeu_ps)
PEAK(peak_512, "avx512f", __m512, 16, _mm512_set1_ps, _mm512_fmadd_ps, _mm512_storeu_ps)
#else
static double peak_256(void)
{
    return 0;
}
static double peak_512(void)
{
    return 0;
}
#endif

typedef struct peak_result {
    bool wide;
    double sink[64];
} peak_result;
static void peak_part(void *arg, int part, int parts)
{
    (void)parts;
    peak_result *r = arg;
    r->sink[part % 64] = r->wide ? peak_512() : peak_256();
}

/* GFLOP/s of all threads in registers alone, f32 (f64: half), by the wider of the registers that the machine has when it is faster. */
static double peak(int threads)
{
    double best = 0;
    for (int i = 0; i < 60; i++) {
        peak_result r = { .wide = i % 2 && bmi_isa_has(BMI_AVX512) };
        const double start = now();
        bmi_parallel(NULL, threads, peak_part, &r);
        const double rate = 12. * PEAK_STEPS * (r.wide ? 32 : 16) * threads / (now() - start) * 1e-9;
        if (rate > best) best = rate;
    }
    return best;
}

static void report(const job *j, const product *p, const timing times[CONTESTANTS], const double wrong[CONTESTANTS], double top,
                   bool json)
{
    const double work = 2. * j->m * j->n * j->k * 1e-9, ours = work / times[OURS].median;
    int peer = 0;
    for (int who = 1; who < CONTESTANTS; who++)
        if (has(j, who) && (!peer || times[who].median < times[peer].median)) peer = who;
    const double theirs = peer ? work / times[peer].median : 0, ratio = peer ? ours / theirs : 0;
    if (json) {
        printf("{\"shape\": \"%s %dx%dx%d%s\", \"threads\": %d, \"goal\": %.2f, \"share\": %.3f, \"peer\": \"%s\"", p->form,
               j->m, j->k, j->n, j->f64 ? " f64" : "", j->threads, p->goal, ours / top, names[peer]);
        for (int who = 0; who < CONTESTANTS; who++)
            if (has(j, who))
                printf(", \"%s\": [%.2f, %.2f, %.2f]", names[who], work / times[who].high, work / times[who].median,
                       work / times[who].low);
        printf("}\n");
    } else {
        printf("%s %4d x %4d x %4d  ", p->form, j->m, j->k, j->n);
        for (int who = 0; who < CONTESTANTS; who++)
            if (has(j, who)) printf("%8.1f", work / times[who].median);
            else printf("       -");
        printf("  %9.2f us  %5.3f of %-8s  goal %.2f %s  %3.0f %% of peak\n", times[OURS].median * 1e6, ratio, names[peer],
               p->goal, ratio >= p->goal ? "met   " : "MISSED", 100 * ours / top);
    }
    for (int who = 0; who < CONTESTANTS; who++)
        if (has(j, who) && !(wrong[who] <= 1))
            fprintf(stderr, "%s: %s is wrong by %.2g limits\n", p->form, names[who], wrong[who]);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    job j = { .threads = 1 };
    bool json = false;
    const char *only = "";
    product own[64];
    size_t n_own = 0;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--json")) json = true;
        else if (!strcmp(argv[i], "--f64")) j.f64 = true;
        else if (!strcmp(argv[i], "--threads") && i + 1 < argc) j.threads = atoi(argv[++i]);
        else if (!strcmp(argv[i], "--only") && i + 1 < argc) only = argv[++i];
        else if (!strcmp(argv[i], "--shape") && i + 4 < argc && n_own < sizeof own / sizeof *own) {
            own[n_own++] = (product){ argv[i + 1], atoi(argv[i + 2]), atoi(argv[i + 3]), atoi(argv[i + 4]), .95 };
            i += 4;
        } else
            return fprintf(stderr,
                           "usage: bench_gemm [--threads N] [--json] [--f64] [--only NAME] [--shape nn|tn|nt|tt M K N]...\n"),
                   2;
    }
    const product *list = n_own ? own : products;
    const size_t count = n_own ? n_own : sizeof products / sizeof *products;
    omp_set_num_threads(j.threads);
    void *blas = dlopen("libopenblas.so.0", RTLD_NOW), *dnnl = dlopen("libdnnl.so.3", RTLD_NOW);
    if (!dnnl) dnnl = dlopen("libdnnl.so.2", RTLD_NOW);
    find(&j.sgemm, blas, "cblas_sgemm"), find(&j.dgemm, blas, "cblas_dgemm"), find(&j.dnnl, dnnl, "dnnl_sgemm");
    void (*set_threads)(int);
    find(&set_threads, blas, "openblas_set_num_threads");
    if (set_threads) set_threads(j.threads);
    const double top = peak(j.threads) / (j.f64 ? 2 : 1);
    if (!json)
        printf("# %s, %d thread(s), peak %.1f GFLOP/s; GFLOP/s of baeum, OpenBLAS, oneDNN, libxsmm\n",
               bmi_isa_name(bmi_isa_now()), j.threads, top);
    for (size_t i = 0; i < count; i++) {
        const product *p = &list[i];
        char name[64];
        timing times[CONTESTANTS];
        double wrong[CONTESTANTS] = { 0 };
        snprintf(name, sizeof name, "%s %dx%dx%d", p->form, p->m, p->k, p->n);
        if (!strstr(name, only) || (j.threads > 1 && !n_own && 2. * p->m * p->k * p->n < 2e6)) continue;
        prepare(&j, p);
        measure(&j, times, wrong);
        report(&j, p, times, wrong, top, json);
        free(j.a), free(j.b), free(j.c), free(j.memory);
    }
    return 0;
}
