// SPDX-License-Identifier: Apache-2.0
/* The counting of tools/run-tests, on what a made-up ctest says. */
#include "support/bmt.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

static const struct {
    const char *what, *output;
    int ctest;
    const char *last;
    int status;
} cases[] = {
    { "all pass",
      "1: [==========] Running 2 test(s).\n1: [ RUN      ] a\n1: [       OK ] a\n1: [ RUN      ] b\n1: [       OK ] b\n1: "
      "[==========] 2 test(s) run.\n"
      "1: [  PASSED  ] 2 test(s).\n1/1 Test #1: x/y ....   Passed    0.02 sec\n",
      0, "2 passed, 0 failed, 0 skipped\n", 0 },
    { "failure and skip; the summary does not count again",
      "1: [==========] Running 3 test(s).\n1: [       OK ] a\n1: [  FAILED  ] b\n1: skipped: no data: mnist\n1: [  SKIPPED ] "
      "c\n1: [==========] 3 test(s) run.\n"
      "1: [  PASSED  ] 1 test(s).\n1: [  SKIPPED ] 1 test(s), listed below:\n1: [  SKIPPED ] c\n1: [  FAILED  ] 1 test(s), "
      "listed below:\n1: [  FAILED  ] b\n"
      "1/1 Test #1: x/y ....***Failed    0.02 sec\n",
      8, "1 passed, 1 failed, 1 skipped\n", 1 },
    { "a crash in the second of four",
      "3: [==========] Running 4 test(s).\n3: [       OK ] a\n3: [ RUN      ] b\n1/1 Test #3: x/y ....***Exception: SegFault  "
      "0.02 sec\n",
      8, "1 passed, 3 failed, 0 skipped\n", 1 },
    { "all pass, then a leak ends it",
      "1: [==========] Running 1 test(s).\n1: [       OK ] a\n1: [==========] 1 test(s) run.\n1/1 Test #1: x/y ....***Failed   "
      " 0.02 sec\n",
      8, "1 passed, 1 failed, 0 skipped\n", 1 },
    { "two programs, one without cmocka",
      "12: hello\n2: [==========] Running 1 test(s).\n2: noise [       OK ] a\n1/2 Test #12: x/y ....   Passed    0.02 sec\n"
      " 2/2 Test  #2: x/z ....   Passed   10.02 sec\n",
      0, "2 passed, 0 failed, 0 skipped\n", 0 },
    { "out of time", "1/1 Test #1: x/y ....***Timeout  300.02 sec\n", 8, "0 passed, 1 failed, 0 skipped\n", 1 },
    { "not built", "1/1 Test #1: x/y ....***Not Run   0.00 sec\n", 8, "0 passed, 1 failed, 0 skipped\n", 1 },
    { "skipped by its code", "1/1 Test #1: x/y ....***Skipped   0.00 sec\n", 0, "0 passed, 0 failed, 1 skipped\n", 0 },
    { "two groups in one program",
      "1: [==========] Running 1 test(s).\n1: [       OK ] a\n1: [==========] 1 test(s) run.\n1: [  PASSED  ] 1 test(s).\n"
      "1: [==========] Running 2 test(s).\n1: [       OK ] b\n1: [       OK ] c\n1: [==========] 2 test(s) run.\n1/1 Test #1: "
      "x/y ....   Passed   0.02 sec\n",
      0, "3 passed, 0 failed, 0 skipped\n", 0 },
    { "no tests", "No tests were found!!!\n", 8, "0 passed, 1 failed, 0 skipped\n", 1 },
};

static void counts(void **state)
{
    (void)state;
    const char *source = getenv("BAEUM_SOURCE");
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        char command[2048], line[1000], last[1000] = "", fake[300];
        bmt_temp_file("said", cases[i].output, strlen(cases[i].output));
        const int n = snprintf(fake, sizeof fake, "#!/bin/sh\ncat '%s'\nexit %d\n", bmt_temp("said"), cases[i].ctest);
        const char *ctest = bmt_temp_file("ctest", fake, (size_t)n);
        chmod(ctest, 0755);
        snprintf(command, sizeof command, "PATH='%s':\"$PATH\" '%s/tools/run-tests' '%s'", bmt_temp("."), source ? source : ".",
                 bmt_temp("."));
        FILE *from = popen(command, "r");
        while (fgets(line, sizeof line, from)) strcpy(last, line);
        const int status = pclose(from);
        if (strcmp(last, cases[i].last)) fail_msg("%s: %s instead of %s", cases[i].what, last, cases[i].last);
        assert_int_equal(WEXITSTATUS(status), cases[i].status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(counts) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
