// SPDX-License-Identifier: Apache-2.0
/* Child processes with an instruction set of their own; stdout and stderr into a file; the same bits by all of them. */
#include "support/bmt_child.h"
#include "support/bmt.h"
#include "base/threads.h"
#include "kernels/cpu/variant.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int send_all(int to, const char *bytes, size_t n)
{
    for (ssize_t sent; n; bytes += sent, n -= (size_t)sent)
        if ((sent = write(to, bytes, n)) <= 0) return 1;
    return 0;
}

void bmt_in_child(const char *isa, void (*run)(void *result, int arg), int arg, void *result, size_t bytes)
{
    int ends[2], status = -1;
    memset(result, 0, bytes);
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (!child) {
        setenv("BAEUM_ISA", isa, 1);
        run(result, arg);
        _exit(send_all(ends[1], result, bytes));
    }
    close(ends[1]);
    size_t at = 0;
    for (ssize_t n; at < bytes && (n = read(ends[0], (char *)result + at, bytes - at)) > 0;) at += (size_t)n;
    close(ends[0]);
    waitpid(child, &status, 0);
    if (at != bytes || status) fail_msg("%s, %d: the process ended by itself, status %d", isa, arg, status);
}

void bmt_silent(void (*run)(void))
{
    char path[200];
    size_t n;
    int status = -1;
    snprintf(path, sizeof path, "%s", bmt_temp_file("said", "", 0));
    fflush(stdout);
    fflush(stderr);
    const pid_t child = fork();
    if (!child) { /* a check that fails there writes into the file, too */
        const int into = open(path, O_WRONLY | O_TRUNC);
        dup2(into, STDOUT_FILENO);
        dup2(into, STDERR_FILENO);
        run();
        fflush(stdout);
        fflush(stderr);
        _exit(0);
    }
    waitpid(child, &status, 0);
    char *said = (char *)bmt_read(path, &n);
    if (n || status) fail_msg("this was printed, and the status is %d: %s", status, said);
    free(said);
}

/* ---- the same bits ---- */
void bmt_hash(uint64_t *hash, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < n; i++) *hash = (*hash ^ at[i]) * 1099511628211u;
}

void bmt_bits_add(bmt_bits *b, const char *what, uint64_t hash)
{
    if (b->n < BMT_BITS) {
        snprintf(b->what[b->n], sizeof b->what[0], "%s", what);
        b->hash[b->n] = hash;
    }
    b->n++;
}

static struct {
    void (*of)(bmt_bits *b, int threads);
    int least;
} work;

static void do_work(void *result, int threads)
{
    bmt_bits *b = result;
    work.of(b, threads);
    b->isa = bmi_isa_now();
    b->threads = bmi_threads_seen();
}

/* 1, 2 and 4 threads: all like `first`, which the first of all fills. */
static void every_number_of_threads(const char *name, bmi_isa isa, bmt_bits *first)
{
    static bmt_bits b;
    for (int threads = 1; threads <= 4; threads *= 2) {
        bmt_in_child(name, do_work, threads, &b, sizeof b);
        if (*b.error) fail_msg("%s on %d threads: %s", name, threads, b.error);
        assert_int_equal(b.isa, isa);
        if (threads == 1 ? b.threads > 1 : b.threads < 2) fail_msg("%s: it ran on %d threads of %d", name, b.threads, threads);
        if (b.n < work.least || b.n > BMT_BITS) fail_msg("%d hashes, not %d to %d", b.n, work.least, BMT_BITS);
        if (!first->n) *first = b;
        assert_int_equal(b.n, first->n);
        for (int i = 0; i < b.n; i++)
            if (b.hash[i] != first->hash[i]) fail_msg("%s: other bits with %s on %d threads", b.what[i], name, threads);
    }
}

static bmt_bits of_vectors; /* what AVX2 and AVX-512 both must give */

static void avx512(void **state)
{
    (void)state;
    if (bmi_isa_has(BMI_AVX512)) every_number_of_threads("avx512", BMI_AVX512, &of_vectors);
    else bmt_skip("AVX-512 on this machine");
}

static void avx2(void **state)
{
    (void)state;
    if (bmi_isa_has(BMI_AVX2)) every_number_of_threads("avx2", BMI_AVX2, &of_vectors);
    else bmt_skip("AVX2 on this machine");
}

static void baseline(void **state)
{
    (void)state;
    static bmt_bits plain;
    every_number_of_threads("baseline", BMI_BASELINE, &plain);
}

int bmt_bits_main(void (*of)(bmt_bits *b, int threads), int least)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(avx512), cmocka_unit_test(avx2), cmocka_unit_test(baseline) };
    work.of = of;
    work.least = least;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
