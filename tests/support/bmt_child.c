// SPDX-License-Identifier: Apache-2.0
/* Child processes with an instruction set of their own; stdout and stderr into a file. */
#include "support/bmt_child.h"
#include "support/bmt.h"
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
