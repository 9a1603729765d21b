// SPDX-License-Identifier: Apache-2.0
/* How much memory there is: by made-up machines and control groups, and by this one. */
#include "base/available.h"
#include "support/bmt.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char machine[] =
    "MemTotal: 9000 kB\nMemFree: 1 kB\nMemAvailable:    4000 kB\nSwapTotal: 900 kB\nSwapFree: 500 kB\n";

static void made_up(void **state)
{
    (void)state;
    enum { K = 1024 };
    static const struct {
        const char *what, *meminfo, *groups, *file[6][2];
        size_t want;
    } cases[] = {
        { "no groups", machine, "", { { 0 } }, 4500 * K },
        { "a kernel that does not tell", "MemTotal: 9000 kB\n", "", { { 0 } }, SIZE_MAX },
        { "v2 without a limit",
          machine,
          "0::/a\n",
          { { "/sys/fs/cgroup/a/memory.max", "max\n" }, { "/sys/fs/cgroup/a/memory.current", "700000\n" } },
          4500 * K },
        { "v2: what is held of files is free, swap is shared",
          machine,
          "0::/a/b\n",
          { { "/sys/fs/cgroup/a/b/memory.max", "1000000\n" },
            { "/sys/fs/cgroup/a/b/memory.current", "700000\n" },
            { "/sys/fs/cgroup/a/b/memory.stat", "anon 500000\nfile 200000\ninactive_file 150000\nactive_file 50000\n" },
            { "/sys/fs/cgroup/a/b/memory.swap.max", "3000\n" },
            { "/sys/fs/cgroup/a/b/memory.swap.current", "1000\n" } },
          500000 + 2000 },
        { "v2: the group above is fuller",
          machine,
          "0::/a/b\n",
          { { "/sys/fs/cgroup/a/b/memory.max", "1000000\n" },
            { "/sys/fs/cgroup/a/b/memory.current", "700000\n" },
            { "/sys/fs/cgroup/a/memory.max", "900000\n" },
            { "/sys/fs/cgroup/a/memory.current", "800000\n" } },
          100000 + 500 * K },
        { "v2: over its limit",
          machine,
          "0::/\n",
          { { "/sys/fs/cgroup/memory.max", "1000\n" },
            { "/sys/fs/cgroup/memory.current", "2000\n" },
            { "/sys/fs/cgroup/memory.swap.max", "0\n" } },
          0 },
        { "v1",
          machine,
          "5:memory:/x\n",
          { { "/sys/fs/cgroup/memory/x/memory.limit_in_bytes", "600000\n" },
            { "/sys/fs/cgroup/memory/x/memory.usage_in_bytes", "500000\n" },
            { "/sys/fs/cgroup/memory/x/memory.stat",
              "inactive_file 7\ntotal_inactive_file 30000\ntotal_active_file 20000\n" } },
          150000 + 500 * K },
        { "v1 without a limit",
          machine,
          "5:memory:/\n",
          { { "/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n" },
            { "/sys/fs/cgroup/memory/memory.usage_in_bytes", "500000\n" } },
          4500 * K },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        char name[32];
        snprintf(name, sizeof name, "memory%zu", i);
        const char *root = bmt_temp(name);
        mkdir(root, 0777);
        bmt_put(root, "/proc/meminfo", cases[i].meminfo);
        bmt_put(root, "/proc/self/cgroup", cases[i].groups);
        for (size_t k = 0; k < 6 && cases[i].file[k][0]; k++) bmt_put(root, cases[i].file[k][0], cases[i].file[k][1]);
        const size_t got = bmi_memory_available(root);
        if (got != cases[i].want) fail_msg("%s: %zu bytes, want %zu", cases[i].what, got, cases[i].want);
    }
    assert_true(bmi_memory_available("/no/such/root") == SIZE_MAX);
}

static void this_machine(void **state)
{
    (void)state;
    size_t available;
    assert_true(bmi_memory_fits(NULL, 1000, &available) && available == SIZE_MAX); /* too little to look */
    const size_t there = bmi_memory_available("");
    assert_true(there > 1 << 20);
    if (there == SIZE_MAX) {
        bmt_skip("no /proc/meminfo");
        return;
    }
    assert_false(bmi_memory_fits(NULL, SIZE_MAX / 2, &available));
    assert_true(available < SIZE_MAX / 2);
    bmt_faults own = { 0 }; /* an allocator of one's own is not second-guessed */
    bm_context *context = bmt_context(&own, 1);
    assert_true(bmi_memory_fits(context, SIZE_MAX / 2, &available));
    bm_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(made_up), cmocka_unit_test(this_machine) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
