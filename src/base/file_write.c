// SPDX-License-Identifier: Apache-2.0
/* Atomic writing: a temporary file beside the target gets the content, is synced, takes the target's name by rename, and then
 * the folder is synced. Where the system can, it has no name until it is whole, so that a process that is ended leaves nothing behind.
 * What is no regular file, and the process's own open files (/dev/stdout, /dev/fd/N), are written straight, for renaming over them
 * would lose what they are.
 */
#define _GNU_SOURCE /* O_TMPFILE */
#include "base/file.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#ifndef PATH_MAX
#define PATH_MAX 4096
#endif

enum { BUFFER = 1 << 16, NAME = PATH_MAX + 64, MOST_LINKS = 40 };

struct bmi_writer {
    bmi_error *e;
    bm_place here;
    bm_context *context;
    int file;
    bool renames, unnamed;
    size_t used;
    char target[PATH_MAX]; /* behind all links */
    char temporary[NAME];
    unsigned char buffer[BUFFER];
};

static bm_status failed(bmi_writer *w, const char *what)
{
    char why[128];
    const int number = errno;
    return bmi_fail(w->e, BM_E_FILE, w->here, "cannot %s %s: %s", what, w->target, bmi_reason(number, why));
}

/* The number of an open file that the path stands for, or -1. */
static int own_file(const char *path)
{
    static const char *const folders[] = { "/dev/fd/", "/proc/self/fd/" };
    if (!strcmp(path, "-") || !strcmp(path, "/dev/stdout")) return STDOUT_FILENO;
    if (!strcmp(path, "/dev/stderr")) return STDERR_FILENO;
    for (size_t i = 0; i < BMI_COUNT(folders); i++) {
        const size_t n = strlen(folders[i]);
        int64_t number;
        if (!strncmp(path, folders[i], n) && bmi_read_int(path + n, strlen(path + n), &number) && number >= 0 &&
            number <= INT_MAX)
            return (int)number;
    }
    return -1;
}

/* Length of the folder part of a path with its slash; 0 when there is none. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* Follows links of the target one by one, so that a link to a file that is not there yet works too. */
static bm_status follow_links(bmi_writer *w)
{
    for (int i = 0; i < MOST_LINKS; i++) {
        char link[PATH_MAX];
        const ssize_t n = readlink(w->target, link, sizeof link - 1);
        if (n < 0) return BM_OK; /* no link; other reasons show when it is opened */
        link[n] = 0;
        const size_t keep = link[0] == '/' ? 0 : folder_length(w->target);
        if (keep + (size_t)n >= sizeof w->target) {
            errno = ENAMETOOLONG;
            return failed(w, "write");
        }
        memcpy(w->target + keep, link, (size_t)n + 1);
    }
    errno = ELOOP;
    return failed(w, "write");
}

/* A name beside the target that hardly anything has. */
static void make_name(bmi_writer *w, uint64_t attempt)
{
    const size_t folder = folder_length(w->target);
    struct timespec now = { 0 };
    clock_gettime(CLOCK_REALTIME, &now);
    const uint64_t number =
        bmi_random_stream((uint64_t)now.tv_sec << 30 ^ (uint64_t)now.tv_nsec, (uint64_t)getpid() << 8 ^ attempt);
    snprintf(w->temporary, sizeof w->temporary, "%.*s.%.180s.%08x.tmp", (int)folder, w->target, w->target + folder,
             (unsigned)(number >> 32));
}

/* A file of the target's folder that has no name yet. False, with w->file >= 0 or errno of a true failure, unless it cannot be had here. */
static bool cannot_be_unnamed(bmi_writer *w, mode_t mode)
{
    const size_t n = folder_length(w->target);
    char folder[PATH_MAX] = ".";
    if (access("/proc/self/fd", X_OK)) return true; /* by which it gets its name */
    if (n) memcpy(folder, w->target, n), folder[n] = 0;
    w->file = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
    w->unnamed = w->file >= 0;
    return w->file < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT || errno == EINVAL);
}

/* Makes the temporary file, with the mode (and, where allowed, the owner) of the file that it replaces. */
static bm_status open_temporary(bmi_writer *w, const struct stat *old)
{
    const mode_t mode = old ? 0600 : 0666;
    if (cannot_be_unnamed(w, mode))
        for (uint64_t attempt = 0; attempt < 100; attempt++) {
            make_name(w, attempt);
            w->file = open(w->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
            if (w->file >= 0 || errno != EEXIST) break;
        }
    if (w->file < 0) {
        w->temporary[0] = 0;
        return failed(w, "make a temporary file beside");
    }
    w->renames = true;
    if (old) {
        if (fchown(w->file, old->st_uid, old->st_gid) != 0) errno = 0; /* another's file that we may replace: it becomes ours */
        if (fchmod(w->file, old->st_mode & 07777) != 0) return failed(w, "set the mode of the new");
    }
    return BM_OK;
}

/* Gives the whole file a name, which the rename then takes away again. */
static bm_status name_it(bmi_writer *w)
{
    char own[40];
    snprintf(own, sizeof own, "/proc/self/fd/%d", w->file);
    for (uint64_t attempt = 0; attempt < 100; attempt++) {
        make_name(w, attempt);
        if (!linkat(AT_FDCWD, own, AT_FDCWD, w->temporary, AT_SYMLINK_FOLLOW)) return BM_OK;
        if (errno != EEXIST) break;
    }
    w->temporary[0] = 0;
    return failed(w, "name");
}

static bm_status open_target(bmi_writer *w, const char *path)
{
    struct stat old;
    const int own = own_file(path);
    if (own >= 0) {
        w->file = dup(own);
        return w->file < 0 ? failed(w, "write") : BM_OK;
    }
    const bool there = stat(path, &old) == 0;
    if (there && S_ISDIR(old.st_mode)) {
        errno = EISDIR;
        return failed(w, "write");
    }
    if (there && !S_ISREG(old.st_mode)) {
        w->file = open(path, O_WRONLY | O_CLOEXEC);
        return w->file < 0 ? failed(w, "open") : BM_OK;
    }
    if (there && access(path, W_OK) != 0) return failed(w, "write"); /* rename would replace a file that is protected */
    if (follow_links(w)) return w->e->status;
    return open_temporary(w, there ? &old : NULL);
}

bmi_writer *bmi_writer_begin(bmi_error *e, bm_place here, bm_context *context, const char *path)
{
    if (e->status) return NULL;
    if (strlen(path) >= PATH_MAX || !*path) {
        bmi_fail(e, BM_E_FILE, here, "cannot write \"%.100s\": the path is %s", path, *path ? "too long" : "empty");
        return NULL;
    }
    bmi_writer *w = bmi_alloc_raw(context, 1, sizeof *w);
    if (!w) {
        bmi_fail_memory(e, here, sizeof *w, "writing a file");
        return NULL;
    }
    w->e = e;
    w->here = here;
    w->context = context;
    w->file = -1;
    w->renames = w->unnamed = false;
    w->used = 0;
    w->temporary[0] = 0;
    strcpy(w->target, path);
    if (!open_target(w, path)) return w;
    bmi_writer_end(w);
    return NULL;
}

static bm_status write_all(bmi_writer *w, const unsigned char *at, size_t n)
{
    while (n) {
        const ssize_t done = write(w->file, at, n < (1u << 30) ? n : 1u << 30);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return failed(w, "write");
        at += done;
        n -= (size_t)done;
    }
    return BM_OK;
}

static bm_status flush(bmi_writer *w)
{
    const size_t n = w->used;
    w->used = 0;
    return write_all(w, w->buffer, n);
}

bm_status bmi_writer_bytes(bmi_writer *w, const void *bytes, size_t n)
{
    if (!w) return BM_E_FILE;
    if (w->e->status) return w->e->status;
    if (n > BUFFER - w->used && flush(w)) return w->e->status;
    if (n >= BUFFER) return write_all(w, bytes, n);
    if (n) memcpy(w->buffer + w->used, bytes, n);
    w->used += n;
    return BM_OK;
}

/* Syncs the folder of the target, so that the new name survives a power cut. Some file systems cannot: that is no error. */
static bm_status sync_folder(bmi_writer *w)
{
    const size_t n = folder_length(w->target);
    char folder[PATH_MAX] = ".";
    if (n) {
        memcpy(folder, w->target, n);
        folder[n] = 0;
    }
    const int file = open(folder, O_RDONLY | O_CLOEXEC);
    if (file < 0) return BM_OK; /* a folder that may be written but not read */
    const bool good = fsync(file) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS;
    const int number = errno;
    close(file);
    errno = number;
    return good ? BM_OK : failed(w, "sync the folder of");
}

bm_status bmi_writer_commit(bmi_writer *w)
{
    if (!w) return BM_E_FILE;
    if (w->e->status || flush(w)) return w->e->status;
    if (w->renames && fsync(w->file) != 0 && errno != EINVAL && errno != ENOTSUP) return failed(w, "sync");
    if (w->unnamed && name_it(w)) return w->e->status;
    const int file = w->file;
    w->file = -1;
    if (close(file) != 0 && errno != EINTR) return failed(w, "write");
    if (w->renames) {
        if (rename(w->temporary, w->target) != 0) return failed(w, "replace");
        w->temporary[0] = 0;
        return sync_folder(w);
    }
    return BM_OK;
}

void bmi_writer_end(bmi_writer *w)
{
    if (!w) return;
    if (w->file >= 0) close(w->file);
    if (w->temporary[0]) unlink(w->temporary);
    bmi_release(w->context, w, 1, sizeof *w);
}
