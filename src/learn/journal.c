// SPDX-License-Identifier: Apache-2.0
/* Reading and writing journals of searches.
 */
#include "learn/journal.h"
#include "base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bm_status system_failed(const bmi_journal *j, bmi_error *e, const char *what, bm_place here)
{
    char reason[128];
    return bmi_fail(e, BM_E_FILE, here, "%s: the journal cannot be %s: %s", j->path, what, bmi_reason(errno, reason));
}

/* ---- entries ---- */
/* JSON has no number without end, a mean of losses may be one. */
static json_t *number_json(double x)
{
    return isinf(x) ? bmi_json_text(x > 0 ? "inf" : "-inf") : bmi_json_number(x);
}

static json_t *entry_json(const bmi_entry *n)
{
    bmi_json to = bmi_json_object();
    bmi_json_put(&to, "stage", json_integer((json_int_t)n->stage));
    bmi_json_put(&to, "round", json_integer((json_int_t)n->round));
    bmi_json_put(&to, "trial", json_integer((json_int_t)n->trial));
    bmi_json_put(&to, "mean", number_json(n->mean));
    bmi_json_put(&to, "spread", number_json(n->spread));
    bmi_json_put(&to, "fit_seconds", bmi_json_number(n->fit_seconds));
    bmi_json_put(&to, "status", json_integer((json_int_t)n->status));
    bmi_json_put(&to, "error", bmi_json_text(n->error));
    return bmi_json_end(&to);
}

static double real_of(const json_t *from, const char *name)
{
    const json_t *v = json_object_get(from, name);
    const char *text = json_string_value(v);
    if (text) return !strcmp(text, "inf") ? INFINITY : !strcmp(text, "-inf") ? -INFINITY : NAN;
    return json_is_number(v) ? json_number_value(v) : NAN;
}

static bool whole_of(const json_t *from, const char *name, int64_t *to)
{
    const json_t *v = json_object_get(from, name);
    *to = json_integer_value(v);
    return json_is_integer(v) && *to >= 0;
}

static bm_status keep(bmi_journal *j, bmi_error *e, const bmi_entry *n, bm_place here)
{
    bmi_entry own = *n;
    own.error = bmi_arena_text(&j->arena, n->error ? n->error : "");
    if (!own.error || !bmi_grow(j->context, (void **)&j->entries, &j->room, j->n + 1, sizeof *j->entries))
        return bmi_fail_memory(e, here, sizeof own, "an entry of a journal");
    j->entries[j->n++] = own;
    return BM_OK;
}

static bm_status take_entry(bmi_journal *j, bmi_error *e, const json_t *from, size_t line, bm_place here)
{
    bmi_entry n = { .mean = real_of(from, "mean"),
                    .spread = real_of(from, "spread"),
                    .fit_seconds = real_of(from, "fit_seconds"),
                    .error = json_string_value(json_object_get(from, "error")) };
    int64_t status = 0;
    if (!whole_of(from, "stage", &n.stage) || !whole_of(from, "round", &n.round) || !whole_of(from, "trial", &n.trial) ||
        !whole_of(from, "status", &status) || status >= BM_STATUS_COUNT_)
        return bmi_fail(e, BM_E_FORMAT, here, "%s: line %zu is no entry of a journal; remove the file to search anew", j->path,
                        line);
    n.status = (bm_status)status;
    return keep(j, e, &n, here);
}

static bm_status no_journal(const bmi_journal *j, bmi_error *e, bm_place here)
{
    return bmi_fail(e, BM_E_FORMAT, here, "%s is no journal of a search; name another file, which need not be there", j->path);
}

/* ---- the head ---- */
static void show(const json_t *v, char into[80])
{
    if (json_is_string(v)) snprintf(into, 80, "\"%.60s\"", json_string_value(v));
    else if (json_is_integer(v)) snprintf(into, 80, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
    else if (json_is_real(v)) snprintf(into, 80, "%g", json_real_value(v));
    else snprintf(into, 80, "%s", json_is_true(v) ? "true" : json_is_false(v) ? "false" : "none");
}

static bm_status compare(const bmi_journal *j, bmi_error *e, const json_t *there, json_t *here_is, bm_place here)
{
    const json_int_t version = json_integer_value(json_object_get(there, "journal"));
    const char *name;
    json_t *value;
    char list[400] = "", a[80], b[80];
    if (version != BMI_JOURNAL_VERSION)
        return bmi_fail(
            e, BM_E_ARGUMENT, here,
            "%s is a journal of version %" JSON_INTEGER_FORMAT
            ", whose trials have other numbers than those of version %d, which is read here. Remove it, or name another file",
            j->path, version, BMI_JOURNAL_VERSION);
    json_object_foreach(here_is, name, value)
    {
        const json_t *other = json_object_get(there, name);
        if (other && json_equal(value, (json_t *)(uintptr_t)other)) continue;
        show(other, a);
        show(value, b);
        const size_t n = strlen(list);
        snprintf(list + n, sizeof list - n, "%s%s is %s there and %s here", n ? "; " : "", name, a, b);
    }
    if (!*list) return BM_OK;
    return bmi_fail(e, BM_E_ARGUMENT, here, "%s is the journal of another search: %s. Remove it, or name another file", j->path,
                    list);
}

/* What could be written only in part, as on a full disk, is taken back. */
static bm_status write_line(bmi_journal *j, bmi_error *e, const json_t *value, bm_place here)
{
    bmi_text line = { .context = j->context };
    const off_t before = lseek(j->file, 0, SEEK_END);
    if (value && bmi_text_json(&line, value, JSON_COMPACT)) bmi_text_bytes(&line, "\n", 1);
    if (!value || line.failed) bmi_fail_memory(e, here, 400, "a line of a journal");
    for (size_t at = 0; !e->status && at < line.length;) {
        const ssize_t n = write(j->file, line.at + at, line.length - at);
        if (n < 0 && errno != EINTR) system_failed(j, e, "written", here);
        if (n > 0) at += (size_t)n;
    }
    while (!e->status && fsync(j->file))
        if (errno == EINVAL || errno == EROFS) break; /* what has nothing to sync */
        else if (errno != EINTR) system_failed(j, e, "synced", here);
    if (e->status && before >= 0) (void)!ftruncate(j->file, before); /* else the next reader cuts it off */
    bmi_text_end(&line);
    return e->status;
}

static bool is_head(const json_t *line)
{
    return json_is_integer(json_object_get(line, "journal"));
}

/* Line after line. A null head: it need only be a journal, whatever its search. */
static bm_status read_lines(bmi_journal *j, bmi_error *e, const char *text, size_t size, json_t *head, bm_place here)
{
    size_t line = 0;
    for (const char *at = text, *end; !e->status && at < text + size; at = end + 1) {
        char what[300];
        end = memchr(at, '\n', (size_t)(text + size - at));
        snprintf(what, sizeof what, "%.200s: line %zu of the journal", j->path, ++line);
        json_t *value = bmi_json_read(e, here, j->context, what, at, (size_t)(end - at));
        if (value && line == 1 && !is_head(value)) no_journal(j, e, here);
        else if (value && line == 1 && head) compare(j, e, value, head, here);
        else if (value && head) take_entry(j, e, value, line, here);
        json_decref(value);
        if (!head) break;
    }
    return e->status;
}

/* Whether bytes without a line end are the beginning of a journal, which was killed as it wrote its head, and no file of other things. A head is
 * short. */
static bool begins_head(const unsigned char *bytes, size_t size)
{
    enum { LONGEST = 1 << 16 };
    static const char begin[] = "{\"journal\":";
    const size_t n = sizeof begin - 1, all = size;
    if (size > LONGEST) return false;
    while (size && !bytes[size - 1]) size--; /* a file that grew, and whose bytes a power cut kept from the disk */
    return !all || (size && !memcmp(bytes, begin, size < n ? size : n)); /* zeros alone may be anything */
}

/* What stands behind the last line end was being written when the process was killed: it is cut off. */
static bm_status read_all(bmi_journal *j, bmi_error *e, bool anew, json_t *head, bm_place here)
{
    unsigned char *bytes = NULL;
    size_t size = 0;
    if (bmi_file_read(e, here, j->context, j->path, 0, &bytes, &size)) return e->status;
    size_t whole = size;
    while (whole && bytes[whole - 1] != '\n') whole--;
    if (whole ? memchr(bytes, 0, whole) != NULL : !begins_head(bytes, size)) no_journal(j, e, here);
    else read_lines(j, e, (const char *)bytes, whole, anew ? NULL : head, here);
    if (anew) whole = 0;
    if (!e->status && whole < size && ftruncate(j->file, (off_t)whole)) system_failed(j, e, "cut", here);
    bmi_file_release(j->context, bytes, size);
    if (!e->status && !whole) write_line(j, e, head, here);
    return e->status;
}

/* One search writes at a time: of this process or another, until its file is closed. Not every file system has locks. */
static bm_status lock(const bmi_journal *j, bmi_error *e, bm_place here)
{
    struct stat own, there;
    if (flock(j->file, LOCK_EX | LOCK_NB) && (errno == EWOULDBLOCK || errno == EINTR))
        return bmi_fail(e, BM_E_FILE, here, "%s: another search works with this journal", j->path);
    if (!fstat(j->file, &own) && !stat(j->path, &there) && own.st_ino == there.st_ino && own.st_dev == there.st_dev)
        return BM_OK;
    return bmi_fail(e, BM_E_FILE, here, "%s: another search has just ended with this journal, and removed it; try again",
                    j->path);
}

bm_status bmi_journal_open(bmi_journal *j, bmi_error *e, bm_context *context, const char *path, bool anew, json_t *head,
                           bm_place here)
{
    struct stat about;
    *j = (bmi_journal){ .context = context, .path = path, .file = -1, .arena = { .context = context } };
    if (!head) return bmi_fail_memory(e, here, 400, "a journal");
    if (!stat(path, &about) && !S_ISREG(about.st_mode))
        bmi_fail(e, BM_E_FILE, here, "%s: a journal is a file; this is %s", path,
                 S_ISDIR(about.st_mode) ? "a folder" : "a device or a pipe");
    else if ((j->file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666)) < 0) system_failed(j, e, "opened", here);
    else if (!lock(j, e, here)) read_all(j, e, anew, head, here);
    json_decref(head);
    return e->status;
}

bm_status bmi_journal_add(bmi_journal *j, bmi_error *e, const bmi_entry *entry, bm_place here)
{
    if (!j->path) return BM_OK;
    json_t *value = entry_json(entry);
    const bm_status st = write_line(j, e, value, here);
    json_decref(value);
    return st;
}

void bmi_journal_end(bmi_journal *j)
{
    if (j->path && j->file >= 0) close(j->file);
    bmi_release(j->context, j->entries, j->room, sizeof *j->entries);
    bmi_arena_end(&j->arena);
    *j = (bmi_journal){ .file = -1 };
}
