// SPDX-License-Identifier: Apache-2.0
/* Saving that does not come to its end: the n-th call of the operating system fails, or the process is killed before it, in the middle
 * of it (a write that wrote half) or after it, for every n. The old file or the new one is there, whole, and loads; a call that fails
 * leaves no temporary file behind, and the model as it was.
 */
/* syscall is GNU's. */
#define _GNU_SOURCE
#include <baeum.h>
#include "support/bmt.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the calls of a save: these come before the C library's ---- */
typedef enum how { COUNTED, FAILS, KILLED_BEFORE, KILLED_WITHIN, KILLED_AFTER } how;
static struct {
    bool on;
    how way;
    long at, calls;
    char last[16];
    char order[400]; /* "open fchmod write ..." */
} calls;

/* Before a call; true when it fails. */
static bool fails(const char *name, int number)
{
    if (!calls.on) return false;
    snprintf(calls.last, sizeof calls.last, "%s", name);
    const size_t used = strlen(calls.order);
    snprintf(calls.order + used, sizeof calls.order - used, "%s ", name);
    if (++calls.calls != calls.at) return false;
    if (calls.way == KILLED_BEFORE) raise(SIGKILL);
    errno = number;
    return calls.way == FAILS;
}

static long after(long result)
{
    if (calls.on && calls.calls == calls.at && (calls.way == KILLED_AFTER || calls.way == KILLED_WITHIN)) raise(SIGKILL);
    return result;
}

ssize_t write(int file, const void *bytes, size_t n)
{
    if (fails("write", ENOSPC)) return -1;
    const bool half = calls.on && calls.calls == calls.at && calls.way == KILLED_WITHIN;
    return after(syscall(SYS_write, file, bytes, half ? n / 2 : n));
}

int fsync(int file)
{
    return fails("fsync", EIO) ? -1
                               : (int)after(calls.on ? 0 : syscall(SYS_fsync, file)); /* slow disks are not what is tested */
}

int close(int file)
{
    const bool failed = fails("close", EIO);
    const int result = (int)after(syscall(SYS_close, file));
    return failed ? (errno = EIO, -1) : result;
}

int linkat(int folder, const char *from, int to_folder, const char *to, int flags)
{
    return fails("linkat", EACCES) ? -1 : (int)after(syscall(SYS_linkat, folder, from, to_folder, to, flags));
}
int rename(const char *from, const char *to)
{
    return fails("rename", EACCES) ? -1 : (int)after(syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to));
}

int fchmod(int file, mode_t mode)
{
    return fails("fchmod", EPERM) ? -1 : (int)after(syscall(SYS_fchmod, file, mode));
}

int open(const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    const mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
    va_end(list);
    return fails("open", ENFILE) ? -1 : (int)after(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

/* ---- a model, an old file and a new one ---- */
static char folder[300], path[400], other[400];
static unsigned char *old_bytes, *new_bytes;
static size_t old_size, new_size;

/* More weights than a buffer of the writer holds, so that a save is several writes. */
static bm_model *network(void)
{
    bm_model *m = bm_sequential(bm_input(60), bm_dense(400, .activation = BM_RELU), bm_dense(3, .activation = BM_SOFTMAX));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY);
    return m;
}

static bm_model *trained(int epochs)
{
    bm_tensor *x = bm_tensor_new(BM_F32, BM_SHAPE(30, 60)), *t = bm_tensor_new(BM_I32, BM_SHAPE(30));
    for (int i = 0; i < 30 * 60; i++) ((float *)bm_data(x))[i] = (float)(i * 37 % 101) / 101;
    for (int i = 0; i < 30; i++) ((int32_t *)bm_data(t))[i] = i % 3;
    bm_dataset *d = bm_dataset_from(x, t);
    bm_model *m = network();
    bm_fit(m, d, .epochs = epochs, .seed = 2);
    assert_string_equal(bm_error(m), "");
    bm_free(d);
    bm_free(x);
    bm_free(t);
    return m;
}

static void make_files(void)
{
    if (old_bytes) return;
    snprintf(folder, sizeof folder, "%s", bmt_temp("models"));
    mkdir(folder, 0777);
    snprintf(path, sizeof path, "%s/model", folder);
    snprintf(other, sizeof other, "%s", bmt_temp("other"));
    bm_model *m = trained(1);
    bm_save(m, other);
    old_bytes = bmt_read(other, &old_size);
    bm_free(m);
    m = trained(2);
    bm_save(m, other);
    new_bytes = bmt_read(other, &new_size);
    bm_free(m);
}

static void put_old(void)
{
    FILE *f = fopen(path, "wb");
    assert_true(f && fwrite(old_bytes, 1, old_size, f) == old_size && !fclose(f));
}

/* Whether the new file is there; fails unless it is one of both, and loads. */
static bool is_new(const char *what, long n)
{
    size_t size;
    unsigned char *bytes = bmt_read(path, &size);
    const bool fresh = size == new_size && !memcmp(bytes, new_bytes, size),
               stale = size == old_size && !memcmp(bytes, old_bytes, size);
    free(bytes);
    if (!fresh && !stale) fail_msg("%s at call %ld: the file is neither the old nor the new one", what, n);
    bm_model *m = bm_load(path);
    if (bm_failed(m)) fail_msg("%s at call %ld: %s", what, n, bm_error(m));
    assert_int_equal(bm_history_epochs(m), fresh ? 2 : 1);
    bm_free(m);
    return fresh;
}

/* Files in the folder besides the model; they are removed. */
static int others(void)
{
    int n = 0;
    DIR *d = opendir(folder);
    for (const struct dirent *e; d && (e = readdir(d));) {
        char name[700];
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") || !strcmp(e->d_name, "model")) continue;
        snprintf(name, sizeof name, "%s/%s", folder, e->d_name);
        n += unlink(name) == 0;
    }
    if (d) closedir(d);
    return n;
}

/* Saves with the n-th call in that way (0: all is well); gives how many calls there were. */
static long save(bm_model *m, how way, long n)
{
    calls.way = way;
    calls.at = n;
    calls.calls = 0;
    calls.order[0] = 0;
    calls.on = true;
    bm_save(m, path);
    calls.on = false;
    return calls.calls;
}

/* The bytes are on the disk before the name is the file's, and the name is before a save is done: a power cut finds one or the other. */
static void order_of_calls(void **state)
{
    (void)state;
    make_files();
    bm_model *m = trained(1);
    save(m, COUNTED, 0);
    const char *last_write = calls.order, *sync = strstr(calls.order, "fsync"), *rename = strstr(calls.order, "rename");
    for (const char *w = calls.order; (w = strstr(w, "write")); w++) last_write = w;
    if (!sync || !rename || last_write > sync || sync > rename || !strstr(rename, "fsync")) fail_msg("%s", calls.order);
    bm_free(m);
}

static void each_call_fails(void **state)
{
    (void)state;
    make_files();
    bm_model *m = trained(2);
    const long all = save(m, COUNTED, 0);
    assert_true(all >= 8); /* open, mode, three writes, sync, name, close, rename, and the folder's three */
    bool after_rename = false;
    for (long n = 1; n <= all; n++) {
        put_old();
        save(m, FAILS, n);
        const bool fresh = is_new(calls.last, n);
        if (!fresh && bm_status_of(m) != BM_E_FILE)
            fail_msg("%s failed at call %ld, and the status is %s", calls.last, n, bm_status_name(bm_status_of(m)));
        if (bm_failed(m)) bmt_contains("the path is named", bm_error(m), path);
        assert_int_equal(others(), 0);
        after_rename = after_rename || fresh;
        assert_true(fresh == after_rename);
        bm_clear(m);
        save(m, COUNTED, 0);
        assert_string_equal(bm_error(m), "");
        assert_true(is_new("saved again", n));
    }
    assert_true(after_rename);
    bm_free(m);
}

static void killed_at_each_call(void **state)
{
    (void)state;
    make_files();
    bm_model *m = trained(2);
    const long all = save(m, COUNTED, 0);
    int seen[2] = { 0 };
    for (how way = KILLED_BEFORE; way <= KILLED_AFTER; way++)
        for (long n = 1; n <= all; n++) {
            int status = 0;
            put_old();
            const pid_t child = fork();
            if (!child) {
                save(m, way, n);
                _exit(0);
            }
            waitpid(child, &status, 0);
            if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) fail_msg("call %ld of %ld was not reached", n, all);
            seen[is_new("killed", n)]++;
            others(); /* a temporary file may be left behind by a kill */
        }
    assert_true(seen[0] > 10 && seen[1] > 3);
    bm_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(order_of_calls), cmocka_unit_test(each_call_fails),
                                        cmocka_unit_test(killed_at_each_call) };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(old_bytes);
    free(new_bytes);
    return failed;
}
