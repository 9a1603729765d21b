// SPDX-License-Identifier: Apache-2.0
/* Reading a whole file, gunzipped when it is gzip (RFC 1952).
 *
 * The memory starts with one cache line that holds its capacity, so that what grew by doubling need not be copied to fit. The
 * size that the file system or gzip's last four bytes tell is where growing starts, never more than a hint.
 */
#include "base/file.h"
#include "base/memory.h"
#include "base/zlib_memory.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEAD = BMI_ALIGN, CHUNK = 1 << 16 };

typedef struct reader {
    bmi_error *e;
    bm_place here;
    bm_context *context;
    const char *path;
    size_t limit; /* bytes of content at most; SIZE_MAX: none */
    int file;
    bool opened;           /* not standard input: to be closed */
    unsigned char *memory; /* HEAD bytes, content, a zero */
    size_t capacity, size;
    size_t packed;           /* bytes of a regular gzip file, 0 unknown */
    bool device;             /* of characters or blocks, and no terminal */
    bool to_nul;             /* reading stops behind a NUL byte */
    size_t longest, line_at; /* and in a line of more than so many bytes (0: any); where the last line begins */
} reader;

void bmi_file_release(bm_context *context, unsigned char *bytes, size_t size)
{
    (void)size;
    if (!bytes) return;
    size_t capacity;
    memcpy(&capacity, bytes - HEAD, sizeof capacity);
    bmi_release(context, bytes - HEAD, capacity, 1);
}

static bm_status no_memory(reader *r, size_t bytes)
{
    return bmi_fail(r->e, BM_E_MEMORY, r->here, "out of memory: %zu bytes asked for the content of %s", bytes, r->path);
}

/* Room for `content` bytes of content and the closing zero. */
static bm_status reserve(reader *r, size_t content)
{
    size_t wanted;
    if (!bmi_add_size(content, HEAD + 1, &wanted)) return no_memory(r, content);
    if (wanted <= r->capacity) return BM_OK;
    if (r->memory && wanted < r->capacity / 2 * 3) wanted = r->capacity / 2 * 3;
    unsigned char *more = bmi_alloc_raw(r->context, wanted, 1);
    if (!more) return no_memory(r, wanted);
    if (r->memory) memcpy(more, r->memory, HEAD + r->size);
    bmi_release(r->context, r->memory, r->capacity, 1);
    r->memory = more;
    r->capacity = wanted;
    memcpy(more, &wanted, sizeof wanted);
    return BM_OK;
}

static bm_status too_long(reader *r)
{
    return bmi_fail(r->e, BM_E_FORMAT, r->here, "%s holds more than the %zu bytes that are allowed", r->path, r->limit);
}

/* Half of the memory that the machine has; SIZE_MAX when it is not told. */
static size_t half_of_memory(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES), bytes = sysconf(_SC_PAGESIZE);
    return pages > 0 && bytes > 0 ? (size_t)pages / 2 * (size_t)bytes : SIZE_MAX;
}

/* Up to n bytes of the file; 0 at its end, and -1 with the error set. */
static ssize_t read_some(reader *r, unsigned char *into, size_t n)
{
    for (;;) {
        const ssize_t got = read(r->file, into, n);
        if (got >= 0) return got;
        if (errno == EINTR) continue;
        char why[128];
        bmi_fail(r->e, BM_E_FILE, r->here, "cannot read %s: %s", r->path, bmi_reason(errno, why));
        return -1;
    }
}

/* Adds content; its room is there already when it was written in place. */
static bm_status grow_for(reader *r, size_t more)
{
    size_t total;
    if (!bmi_add_size(r->size, more, &total)) return no_memory(r, SIZE_MAX);
    return reserve(r, total);
}

/* Whether content from `from` on has what ends the reading of a text. */
static bool is_enough(reader *r, size_t from)
{
    const unsigned char *content = r->memory + HEAD;
    if (r->to_nul && memchr(content + from, 0, r->size - from)) return true;
    if (!r->longest) return false;
    for (size_t i = r->size; i > from; i--)
        if (content[i - 1] == '\n' || content[i - 1] == '\r') {
            r->line_at = i;
            break;
        }
    return r->size - r->line_at > r->longest + 1;
}

static bm_status read_plain(reader *r, const unsigned char *first, size_t n)
{
    if (n > r->limit) return too_long(r);
    if (grow_for(r, n)) return r->e->status;
    memcpy(r->memory + HEAD, first, n);
    r->size = n;
    for (;;) {
        size_t room = r->capacity - HEAD - 1 - r->size;
        if (!room) { /* the hint was right, or the file is longer: one byte tells */
            unsigned char probe;
            const ssize_t got = read_some(r, &probe, 1);
            if (got <= 0) return r->e->status;
            if (r->size >= r->limit) return too_long(r);
            if (grow_for(r, CHUNK)) return r->e->status;
            r->memory[HEAD + r->size++] = probe;
            continue;
        }
        const ssize_t got = read_some(r, r->memory + HEAD + r->size, room < (1u << 30) ? room : 1u << 30);
        if (got <= 0) return r->e->status;
        r->size += (size_t)got;
        if (r->size > r->limit) return too_long(r);
        if (is_enough(r, r->size - (size_t)got)) return BM_OK;
    }
}

static bm_status broken(reader *r, const char *how)
{
    return bmi_fail(r->e, BM_E_FORMAT, r->here, "%s: broken gzip: %s after %zu bytes of content", r->path, how, r->size);
}

/* Inflates what is in z->next_in into the content, to the end of input or of the member. */
static int inflate_some(reader *r, z_stream *z)
{
    int code = Z_OK;
    while (code == Z_OK) {
        if (r->capacity - HEAD - 1 == r->size && grow_for(r, CHUNK)) return Z_MEM_ERROR;
        size_t room = r->capacity - HEAD - 1 - r->size;
        if (room > 1u << 30) room = 1u << 30;
        z->next_out = r->memory + HEAD + r->size;
        z->avail_out = (unsigned)room;
        code = inflate(z, Z_NO_FLUSH);
        r->size += room - z->avail_out;
        if (r->size > r->limit) return too_long(r), Z_MEM_ERROR;
        if (code == Z_OK && z->avail_out) break; /* all of the input is used */
    }
    return code == Z_BUF_ERROR ? Z_OK : code;
}

/* Members one after the other. `input` has CHUNK bytes, `n` of them read already. */
static bm_status read_members(reader *r, z_stream *z, unsigned char *input, size_t n)
{
    bool open = true; /* inside a member */
    z->next_in = input;
    z->avail_in = (unsigned)n;
    for (;;) {
        if (!z->avail_in) {
            const ssize_t got = read_some(r, input, CHUNK);
            if (got < 0) return r->e->status;
            if (got == 0) return open ? broken(r, "it ends too early") : BM_OK;
            z->next_in = input;
            z->avail_in = (unsigned)got;
        }
        if (!open) {
            if (*z->next_in == 0) { /* padding, as tapes have it */
                z->next_in++, z->avail_in--;
                continue;
            }
            open = true;
            inflateReset(z);
        }
        const size_t before = r->size;
        const int code = inflate_some(r, z);
        if (code >= 0 && r->size > before && is_enough(r, before)) return BM_OK;
        if (code == Z_STREAM_END) open = false;
        else if (code != Z_OK) {
            if (r->e->status) return r->e->status;
            return code == Z_MEM_ERROR ? no_memory(r, CHUNK) : broken(r, z->msg ? z->msg : "bad data");
        }
    }
}

static bm_status read_gzip(reader *r, unsigned char *input, size_t n)
{
    z_stream z = { .zalloc = bmi_zlib_alloc, .zfree = bmi_zlib_free, .opaque = r->context };
    if (r->packed > 18) { /* the last member's size modulo 2^32, believed when it is possible: deflate packs at most 1032 : 1 */
        unsigned char tail[4];
        if (pread(r->file, tail, 4, (off_t)(r->packed - 4)) == 4) {
            const size_t told = tail[0] | (size_t)tail[1] << 8 | (size_t)tail[2] << 16 | (size_t)tail[3] << 24;
            const size_t likely = r->packed < told / 16 ? 16 * r->packed : told; /* what is packed better may grow */
            if (told <= r->limit && told / 1032 <= r->packed && reserve(r, likely)) return r->e->status;
        }
    }
    if (reserve(r, CHUNK)) return r->e->status;
    if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK) return no_memory(r, CHUNK);
    read_members(r, &z, input, n);
    inflateEnd(&z);
    return r->e->status;
}

static bm_status open_file(reader *r)
{
    struct stat about;
    char why[128];
    const bool standard = !strcmp(r->path, "-");
    if (!standard && stat(r->path, &about) == 0 && S_ISSOCK(about.st_mode))
        return bmi_fail(r->e, BM_E_FILE, r->here, "cannot read %s: it is a socket; data come from files and pipes", r->path);
    r->opened = !standard;
    r->file = standard ? STDIN_FILENO : open(r->path, O_RDONLY | O_CLOEXEC);
    if (standard) r->path = "standard input";
    if (r->file < 0) return bmi_fail(r->e, BM_E_FILE, r->here, "cannot open %s: %s", r->path, bmi_reason(errno, why));
    if (fstat(r->file, &about) == 0) {
        if (S_ISDIR(about.st_mode)) return bmi_fail(r->e, BM_E_FILE, r->here, "cannot read %s: it is a folder", r->path);
        if (S_ISREG(about.st_mode) && about.st_size > 0) r->packed = (size_t)about.st_size;
        else if (r->limit == SIZE_MAX) r->limit = half_of_memory(); /* what tells no size may have no end */
        r->device = S_ISBLK(about.st_mode) || (S_ISCHR(about.st_mode) && !isatty(r->file));
    }
    return BM_OK;
}

static bm_status read_all(reader r, unsigned char **bytes, size_t *size)
{
    bmi_error *e = r.e;
    bm_context *context = r.context;
    size_t n = 0;
    unsigned char *input = bmi_alloc_raw(context, CHUNK, 1);
    if (!input) no_memory(&r, CHUNK);
    else open_file(&r);
    while (!e->status && n < 2) { /* enough for the magic number */
        const ssize_t got = read_some(&r, input + n, CHUNK - n);
        if (got <= 0) break;
        n += (size_t)got;
    }
    if (!e->status && n && r.device)
        bmi_fail(e, BM_E_FILE, r.here, "cannot read %s: it is a device, whose data need not end; put what is wanted in a file",
                 r.path);
    if (!e->status) {
        if (n >= 2 && input[0] == 0x1f && input[1] == 0x8b) read_gzip(&r, input, n);
        else {
            const size_t told = r.packed > n ? r.packed : n;
            if (told > r.limit) too_long(&r);
            else if (!reserve(&r, told)) read_plain(&r, input, n);
        }
    }
    if (r.opened && r.file >= 0) close(r.file);
    bmi_release(context, input, CHUNK, 1);
    if (e->status) {
        bmi_release(context, r.memory, r.capacity, 1);
        return e->status;
    }
    r.memory[HEAD + r.size] = 0;
    *bytes = r.memory + HEAD;
    *size = r.size;
    return BM_OK;
}

bm_status bmi_file_read(bmi_error *e, bm_place here, bm_context *context, const char *path, size_t limit, unsigned char **bytes,
                        size_t *size)
{
    const reader r = { .e = e, .here = here, .context = context, .path = path, .limit = limit ? limit : SIZE_MAX, .file = -1 };
    return e->status ? e->status : read_all(r, bytes, size);
}

bm_status bmi_file_read_lines(bmi_error *e, bm_place here, bm_context *context, const char *path, bool to_nul, size_t longest,
                              unsigned char **bytes, size_t *size)
{
    const reader r = { .e = e,
                       .here = here,
                       .context = context,
                       .path = path,
                       .limit = SIZE_MAX,
                       .file = -1,
                       .to_nul = to_nul,
                       .longest = longest };
    return e->status ? e->status : read_all(r, bytes, size);
}
