// SPDX-License-Identifier: Apache-2.0
/* Affinity masks are GNU's. */
#define _GNU_SOURCE
#include "base/random.h"
#include "base/team.h"
#include "base/threads.h"
#include "support/bmt.h"
#include <float.h>
#include <omp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void slices_tile(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 20000; i++) {
        const int64_t n = bmi_random_u32(1, 1, 4 * i) % 5000, grain = 1 + bmi_random_u32(1, 1, 4 * i + 1) % 100;
        const int parts = 1 + (int)(bmi_random_u32(1, 1, 4 * i + 2) % 40);
        int64_t at = 0, least = INT64_MAX, most = 0;
        for (int p = 0; p < parts; p++) {
            int64_t begin, end;
            bmi_slice(n, grain, p, parts, &begin, &end);
            assert_true(begin == at && end >= begin && end <= n);
            assert_true(begin % grain == 0 || begin == n);
            const int64_t grains = (end - begin + grain - 1) / grain;
            if (grains < least) least = grains;
            if (grains > most) most = grains;
            at = end;
        }
        assert_true(at == n && most - least <= 1);
    }
    int64_t begin, end;
    bmi_slice(INT64_MAX, 1, 6, 7, &begin, &end);
    assert_true(end == INT64_MAX && begin > INT64_MAX / 7 * 6 - 7);
    bmi_slice(INT64_MAX, 1000, 0, 1, &begin, &end);
    assert_true(begin == 0 && end == INT64_MAX);
}

typedef struct counts {
    int met[64], parts_seen;
    const bm_context *context;
    int inner;
} counts;

static void count_part(void *arg, int part, int parts)
{
    counts *c = arg;
    __atomic_add_fetch(&c->met[part], 1, __ATOMIC_RELAXED);
    __atomic_store_n(&c->parts_seen, parts, __ATOMIC_RELAXED);
}

/* Runs fn in a child, which is ended after some seconds; whether it returned true. */
static bool in_child(bool (*fn)(void))
{
    int status = -1;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        alarm(20);
        _exit(fn() ? 0 : 1);
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void count_members(void *arg, int member, int members)
{
    (void)member;
    __atomic_add_fetch(&((counts *)arg)->met[members], 1, __ATOMIC_RELAXED);
    bmi_team_wait();
}

/* Parts and a team on up to 8 threads: every part once, every member there. */
static bool eight_threads_work(void)
{
    bm_context *context = bm_context_new(.threads = 8);
    counts parts = { 0 }, team = { 0 };
    bmi_parallel(context, 40, count_part, &parts);
    bmi_team(8, count_members, &team);
    bool good = !bm_failed(context);
    for (int i = 0; i < 40; i++) good = good && parts.met[i] == 1;
    int members = 1;
    while (members < 8 && !team.met[members]) members++;
    good = good && team.met[members] == members;
    bm_free(context);
    return good;
}

static bool without_threads(void)
{
    const struct rlimit none = { 1, 1 };
    if (geteuid() == 0 && setuid(65534)) return false; /* root has no such limit */
    if (setrlimit(RLIMIT_NPROC, &none)) return false;
    return bmi_threads_given(8) < 8 && eight_threads_work();
}

/* OpenMP would end the process ("Thread creation failed"). It is the first test: later ones have threads already. */
static void system_refuses_threads(void **state)
{
    (void)state;
    assert_true(in_child(without_threads));
}

static bool forked_work(void)
{
    return bmi_threads_given(8) == 1 && eight_threads_work();
}

/* OpenMP would wait for the threads that stayed in the parent. */
static void children_work_alone(void **state)
{
    (void)state;
    assert_true(eight_threads_work());
    assert_int_equal(bmi_threads_given(8), 8);
    assert_true(in_child(forked_work));
    assert_true(eight_threads_work());
}

static void every_part_once(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 4; threads++) {
        bm_context *context = bm_context_new(.threads = threads);
        for (int parts = 0; parts <= 64; parts++) {
            counts c = { 0 };
            bmi_parallel(context, parts, count_part, &c);
            for (int p = 0; p < 64; p++) assert_int_equal(c.met[p], p < parts);
            assert_int_equal(c.parts_seen, parts);
        }
        bm_free(context);
    }
}

static void work_is_shared(void **state)
{
    (void)state;
    bm_context *context = bm_context_new(.threads = 3);
    counts c = { 0 };
    bmi_parallel(context, 6, count_part, &c);
    assert_true(bmi_threads_seen() >= 3);
    bm_free(context);
}

static void inner_part(void *arg, int part, int parts)
{
    (void)part, (void)parts;
    counts *c = arg;
    assert_true(omp_get_level() == 1); /* inline: no region of its own */
    __atomic_add_fetch(&c->inner, 1, __ATOMIC_RELAXED);
}

static void outer_part(void *arg, int part, int parts)
{
    (void)part, (void)parts;
    bmi_parallel(((counts *)arg)->context, 8, inner_part, arg);
}

static void nested_calls_run_inline(void **state)
{
    (void)state;
    bm_context *context = bm_context_new(.threads = 4);
    counts c = { .context = context };
    bmi_parallel(context, 4, outer_part, &c);
    assert_int_equal(c.inner, 32);
    bm_free(context);
}

static double half_of(double x)
{
    volatile double v = x;
    return v / 2;
}

static void check_flushed(void *arg, int part, int parts)
{
    (void)part, (void)parts;
    if (half_of(DBL_MIN) == 0) __atomic_add_fetch((int *)arg, 1, __ATOMIC_RELAXED);
}

static void denormals_are_flushed_in_work_alone(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 3; threads++) {
        bm_context *context = bm_context_new(.threads = threads);
        int flushed = 0;
        assert_true(half_of(DBL_MIN) > 0);
        bmi_parallel(context, 3, check_flushed, &flushed);
        assert_int_equal(flushed, 3); /* inline as well: one thread computes the same numbers */
        assert_true(half_of(DBL_MIN) > 0);
        bm_free(context);
    }
    for (int threads = 1; threads <= 3; threads++) { /* tables have their cells as they are, or as the caller wants them */
        bm_context *context = bm_context_new(.threads = threads);
        int flushed = 0;
        bmi_parallel_exact(context, 3, check_flushed, &flushed);
        assert_int_equal(flushed, 0);
        const unsigned callers = bmi_denormals_flush();
        bmi_parallel_exact(context, 3, check_flushed, &flushed);
        bmi_denormals_restore(callers);
        assert_int_equal(flushed, 3);
        bm_free(context);
    }
    int kept = 0; /* the pool's own threads have their mode back */
#pragma omp parallel num_threads(3) reduction(+ : kept)
    kept += half_of(DBL_MIN) > 0;
    assert_int_equal(kept, 3);
    const unsigned mode = bmi_denormals_flush(), again = bmi_denormals_flush();
    bmi_denormals_restore(again);
    assert_true(half_of(DBL_MIN) == 0);
    bmi_denormals_restore(mode);
    assert_true(half_of(DBL_MIN) > 0);
}

/* What a new process with this setting says its threads are. */
static int threads_of(const char *setting)
{
    const pid_t child = fork();
    if (child == 0) {
        if (setting) setenv("BAEUM_THREADS", setting, 1);
        else unsetenv("BAEUM_THREADS");
        execl("/proc/self/exe", "test_threads", "--threads", (char *)NULL);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

static void environment(void **state)
{
    (void)state;
    const int machine = threads_of(NULL);
    assert_true(machine >= 1 && machine == (bmi_processors() & 255));
    assert_int_equal(threads_of("5"), 5);
    assert_int_equal(threads_of("0"), machine);
    assert_int_equal(threads_of("-3"), machine);
    assert_int_equal(threads_of("many"), machine);
    assert_int_equal(threads_of("2x"), machine);
    assert_int_equal(threads_of("99999"), machine);
    assert_int_equal(threads_of(""), machine);
}

/* Roots with made-up control groups. */
static void cgroup_quota(void **state)
{
    (void)state;
    static const struct {
        const char *what, *groups, *file[3][2];
        int want;
    } cases[] = {
        { "none", "0::/\n", { { 0 } }, 0 },
        { "v2 no limit", "0::/a\n", { { "/sys/fs/cgroup/a/cpu.max", "max 100000\n" } }, 0 },
        { "v2", "0::/a\n", { { "/sys/fs/cgroup/a/cpu.max", "200000 100000\n" } }, 2 },
        { "v2 rounds up", "0::/a\n", { { "/sys/fs/cgroup/a/cpu.max", "150000 100000\n" } }, 2 },
        { "v2 less than one", "0::/a\n", { { "/sys/fs/cgroup/a/cpu.max", "10000 100000\n" } }, 1 },
        { "v2 above counts",
          "0::/a/b\n",
          { { "/sys/fs/cgroup/a/b/cpu.max", "800000 100000\n" }, { "/sys/fs/cgroup/a/cpu.max", "300000 100000\n" } },
          3 },
        { "v2 of a container: the path is the host's",
          "0::/host/path\n",
          { { "/sys/fs/cgroup/cpu.max", "400000 100000\n" } },
          4 },
        { "v1",
          "7:memory:/x\n4:cpu,cpuacct:/y\n",
          { { "/sys/fs/cgroup/cpu/y/cpu.cfs_quota_us", "250000\n" }, { "/sys/fs/cgroup/cpu/y/cpu.cfs_period_us", "50000\n" } },
          5 },
        { "v1 no limit",
          "1:cpu:/\n",
          { { "/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n" }, { "/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n" } },
          0 },
        { "v1 cpuset is not cpu",
          "1:cpuset:/\n",
          { { "/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "100000\n" }, { "/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n" } },
          0 },
        { "nonsense", "4:cpu\n:::\n0::/a\n", { { "/sys/fs/cgroup/a/cpu.max", "x y\n" } }, 0 },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        char name[32];
        snprintf(name, sizeof name, "root%zu", i);
        const char *root = bmt_temp(name);
        mkdir(root, 0777);
        bmt_put(root, "/proc/self/cgroup", cases[i].groups);
        for (size_t k = 0; k < 3 && cases[i].file[k][0]; k++) bmt_put(root, cases[i].file[k][0], cases[i].file[k][1]);
        const int got = bmi_cgroup_processors(root);
        if (got != cases[i].want) fail_msg("%s: %d processors, want %d", cases[i].what, got, cases[i].want);
    }
    assert_int_equal(bmi_cgroup_processors("/no/such/root"), 0);
}

static void affinity(void **state)
{
    (void)state;
    const pid_t child = fork();
    if (child == 0) {
        cpu_set_t all, one;
        CPU_ZERO(&one);
        sched_getaffinity(0, sizeof all, &all);
        for (int i = 0; i < CPU_SETSIZE; i++)
            if (CPU_ISSET(i, &all)) {
                CPU_SET(i, &one);
                break;
            }
        _exit(sched_setaffinity(0, sizeof one, &one) == 0 ? bmi_processors() : 100);
    }
    int status = 0;
    waitpid(child, &status, 0);
    assert_int_equal(WEXITSTATUS(status), 1);
}

int main(int n, char **arguments)
{
    if (n > 1 && !strcmp(arguments[1], "--threads")) return (int)bm_context_threads(NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(system_refuses_threads),
        cmocka_unit_test(children_work_alone),
        cmocka_unit_test(slices_tile),
        cmocka_unit_test(every_part_once),
        cmocka_unit_test(work_is_shared),
        cmocka_unit_test(nested_calls_run_inline),
        cmocka_unit_test(denormals_are_flushed_in_work_alone),
        cmocka_unit_test(environment),
        cmocka_unit_test(cgroup_quota),
        cmocka_unit_test(affinity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
