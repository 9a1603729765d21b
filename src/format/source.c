// SPDX-License-Identifier: Apache-2.0
/* Sources of bytes: positioned reads of a regular file (POSIX pread), or memory. A memory map is not used: a file that another
 * process makes shorter would then end this one.
 */
#include "format/source.h"
#include "base/file.h"
#include "base/memory.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void bmi_source_memory(bm_context *context, const char *name, const void *bytes, size_t size, bmi_source *s)
{
    *s = (bmi_source){ .context = context, .name = name, .bytes = bytes, .file = -1, .size = size };
}

/* Opens a regular file that has content. A pipe is not even opened: who writes into it would take the closing for the reader's end. Files
 * under /proc tell a size of 0 and are read to their end. */
static bool open_regular(const char *path, bool packed, bmi_source *s)
{
    struct stat about;
    if (!strcmp(path, "-") || stat(path, &about) || !S_ISREG(about.st_mode)) return false;
    s->file = open(path, O_RDONLY | O_CLOEXEC);
    if (s->file < 0) return false;
    unsigned char magic[2] = { 0, 0 };
    if (!fstat(s->file, &about) && S_ISREG(about.st_mode) && about.st_size > 0 && (uintmax_t)about.st_size < SIZE_MAX / 2) {
        s->size = (size_t)about.st_size;
        s->changed[0] = about.st_mtim.tv_sec;
        s->changed[1] = about.st_mtim.tv_nsec;
        const ssize_t got = pread(s->file, magic, 2, 0);
        if (got >= 0 && (packed || !(got == 2 && magic[0] == 0x1f && magic[1] == 0x8b))) return true;
    }
    close(s->file);
    s->file = -1;
    return false;
}

bm_status bmi_source_open_file(bmi_error *e, bm_place here, bm_context *context, const char *path, const char *why,
                               bmi_source *s)
{
    char reason[128];
    struct stat about;
    *s = (bmi_source){ .context = context, .name = path, .file = -1 };
    if (strcmp(path, "-") && stat(path, &about))
        return bmi_fail(e, BM_E_FILE, here, "cannot open %s: %s", path, bmi_reason(errno, reason));
    if (strcmp(path, "-") && S_ISREG(about.st_mode) && !about.st_size) return bmi_fail(e, BM_E_DATA, here, "%s is empty", path);
    if (strcmp(path, "-") && S_ISREG(about.st_mode) && access(path, R_OK))
        return bmi_fail(e, BM_E_FILE, here, "cannot open %s: %s", path, bmi_reason(errno, reason));
    if (open_regular(path, true, s)) return BM_OK;
    return bmi_fail(e, BM_E_FILE, here, "%s is no regular file: %s", strcmp(path, "-") ? path : "standard input", why);
}

bm_status bmi_source_open(bmi_error *e, bm_place here, bm_context *context, const char *path, bool text, size_t longest,
                          bmi_source *s)
{
    *s = (bmi_source){ .context = context, .name = path, .file = -1 };
    if (open_regular(path, false, s)) return BM_OK;
    bm_status st = bmi_file_read_lines(e, here, context, path, text, longest, &s->owned, &s->size);
    s->bytes = s->owned;
    return st;
}

bm_status bmi_source_unchanged(bmi_error *e, bm_place here, const bmi_source *s)
{
    struct stat now, there;
    if (s->file < 0) return BM_OK;
    const bool known = !fstat(s->file, &now);
    if (known && (size_t)now.st_size < s->size)
        return bmi_fail(e, BM_E_FILE, here, "%s became shorter while it was read", s->name);
    if (known && (size_t)now.st_size > s->size)
        return bmi_fail(e, BM_E_FILE, here, "%s became longer while it was read", s->name);
    if (known && (now.st_mtim.tv_sec != s->changed[0] || now.st_mtim.tv_nsec != s->changed[1]))
        return bmi_fail(e, BM_E_FILE, here, "%s was written to while it was read", s->name);
    if (known && !stat(s->name, &there) && (there.st_ino != now.st_ino || there.st_dev != now.st_dev))
        return bmi_fail(e, BM_E_FILE, here, "%s was replaced by another file while it was read", s->name);
    return BM_OK;
}

void bmi_source_end(bmi_source *s)
{
    if (s->owned) bmi_file_release(s->context, s->owned, s->size);
    if (s->file >= 0) close(s->file);
    *s = (bmi_source){ .file = -1 };
}

bm_status bmi_source_read(bmi_error *e, bm_place here, const bmi_source *s, size_t at, size_t n, unsigned char **buffer,
                          size_t *capacity, const unsigned char **bytes)
{
    if (s->bytes) {
        *bytes = s->bytes + at;
        return BM_OK;
    }
    if (*capacity < n + 1) {
        bmi_release(s->context, *buffer, *capacity, 1);
        *capacity = 0;
        *buffer = bmi_alloc_raw(s->context, n + 1, 1);
        if (!*buffer) return bmi_fail_memory(e, here, n + 1, "to read a file");
        *capacity = n + 1;
    }
    size_t done = 0;
    char reason[128];
    while (done < n) {
        const ssize_t got = pread(s->file, *buffer + done, n - done, (off_t)(at + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return bmi_fail(e, BM_E_FILE, here, "%s cannot be read: %s", s->name, bmi_reason(errno, reason));
        if (got == 0) return bmi_fail(e, BM_E_FILE, here, "%s became shorter while it was read", s->name);
        done += (size_t)got;
    }
    (*buffer)[n] = 0;
    *bytes = *buffer;
    return BM_OK;
}
