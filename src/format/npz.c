// SPDX-License-Identifier: Apache-2.0
/* NPZ files: a ZIP archive of NPY members, stored or deflated. ZIP is read by libzip, which is opened when it is first needed. */
#include "base/library.h"
#include "base/memory.h"
#include "format/npy.h"
#include <string.h>
#include <time.h>

/* What is used of libzip 1 (zip.h of the package libzip-dev declares the same). */
typedef struct zip zip_t;
typedef struct zip_file zip_file_t;
typedef struct zip_stat {
    uint64_t valid;
    const char *name;
    uint64_t index, size, comp_size;
    time_t mtime;
    uint32_t crc;
    uint16_t comp_method, encryption_method;
    uint32_t flags;
} zip_stat_t;
enum { ZIP_RDONLY = 16 };

typedef struct zip_functions {
    zip_t *(*open)(const char *path, int flags, int *error);
    void (*discard)(zip_t *archive);
    int64_t (*get_num_entries)(zip_t *archive, uint32_t flags);
    int (*stat_index)(zip_t *archive, uint64_t index, uint32_t flags, zip_stat_t *about);
    zip_file_t *(*fopen_index)(zip_t *archive, uint64_t index, uint32_t flags);
    int64_t (*fread)(zip_file_t *file, void *into, uint64_t n);
    int (*fclose)(zip_file_t *file);
    const char *(*strerror)(zip_t *archive);
} zip_functions;

#define INTO(f) ((void (**)(void))(void *)&zip->f)
static void *open_libzip(bmi_error *e, bm_place here, zip_functions *zip)
{
    const bmi_symbol symbols[] = {
        { "zip_open", INTO(open) },
        { "zip_discard", INTO(discard) },
        { "zip_get_num_entries", INTO(get_num_entries) },
        { "zip_stat_index", INTO(stat_index) },
        { "zip_fopen_index", INTO(fopen_index) },
        { "zip_fread", INTO(fread) },
        { "zip_fclose", INTO(fclose) },
        { "zip_strerror", INTO(strerror) },
        { NULL, NULL },
    };
    void *library = bmi_library_open(&(bmi_error){ 0 }, here, "libzip.so.5", "libzip4", "reading NPZ files",
                                     symbols); /* libzip 1.6 and newer */
    return library ? library : bmi_library_open(e, here, "libzip.so.4", "libzip4", "reading NPZ files", symbols);
}

static bm_status no_memory(bmi_error *e, bm_place here, size_t bytes)
{
    return bmi_fail_memory(e, here, bytes, "to read an NPZ file");
}

/* Reads the bytes of a member; its size is believed only as far as deflate can reach (1,032 to 1) and must then be met. */
static bm_status read_bytes(bmi_error *e, bm_place here, const zip_functions *zip, zip_t *archive, const zip_stat_t *about,
                            const char *path, unsigned char *into)
{
    zip_file_t *file = zip->fopen_index(archive, about->index, 0);
    uint64_t done = 0;
    int64_t got = 1;
    while (file && done < about->size && (got = zip->fread(file, into + done, about->size - done)) > 0) done += (uint64_t)got;
    if (file && done == about->size && got > 0)
        got = zip->fread(file, into + done, 1); /* the end: the checksum is compared there */
    if (file) zip->fclose(file);
    if (file && done == about->size && got == 0) return BM_OK;
    return bmi_fail(e, BM_E_FORMAT, here, "%s: member %.100s is damaged or not readable (%.100s)", path, about->name,
                    file ? "wrong size or checksum" : zip->strerror(archive));
}

static bm_status read_member(bmi_error *e, bm_place here, const zip_functions *zip, zip_t *archive, uint64_t index,
                             const char *path, bmi_npz *out)
{
    zip_stat_t about = { 0 };
    if (zip->stat_index(archive, index, 0, &about) || !about.name || (about.valid & 13) != 13) /* name, size, compressed size */
        return bmi_fail(e, BM_E_FORMAT, here, "%s: member %llu cannot be read: %.100s", path, (unsigned long long)index,
                        zip->strerror(archive));
    const size_t length = strlen(about.name);
    if (length < 4 || strcmp(about.name + length - 4, ".npy")) return BM_OK; /* something else that lies in the archive */
    if (about.size / 1032 > about.comp_size || about.size > PTRDIFF_MAX / 2)
        return bmi_fail(e, BM_E_FORMAT, here, "%s: member %.100s cannot be as large as it says", path, about.name);
    if (!bmi_grow(out->context, (void **)&out->members, &out->capacity, out->n + 1, sizeof *out->members))
        return no_memory(e, here, sizeof *out->members);
    const size_t size = (size_t)about.size;
    unsigned char *bytes = bmi_alloc_raw(out->context, size + 1, 1);
    char *name = bytes ? bmi_alloc(out->context, length - 3, 1) : NULL; /* without .npy */
    bm_tensor *tensor = NULL;
    if (name) memcpy(name, about.name, length - 4);
    if (!name) no_memory(e, here, size);
    else if (!read_bytes(e, here, zip, archive, &about, path, bytes))
        tensor = bmi_npy_parse(e, here, out->context, about.name, bytes, size);
    bmi_release(out->context, bytes, size + 1, 1);
    if (!tensor) {
        bmi_text_release(out->context, name);
        return e->status;
    }
    out->members[out->n++] = (struct bmi_npz_member){ name, tensor };
    return BM_OK;
}

bm_status bmi_npz_read(bmi_error *e, bm_place here, bm_context *context, const char *path, bmi_npz *out)
{
    zip_functions zip;
    int code = 0;
    *out = (bmi_npz){ .context = context };
    void *library = open_libzip(e, here, &zip);
    if (!library) return e->status;
    zip_t *archive = zip.open(path, ZIP_RDONLY, &code);
    if (!archive)
        bmi_fail(e, code == 9 ? BM_E_FILE : BM_E_FORMAT, here,
                 code == 9 ? "%s: there is no such file" : "%s is no NPZ file that can be read", path); /* ZIP_ER_NOENT */
    const int64_t n = archive ? zip.get_num_entries(archive, 0) : 0;
    for (int64_t i = 0; i < n && !e->status; i++) read_member(e, here, &zip, archive, (uint64_t)i, path, out);
    if (archive) zip.discard(archive);
    bmi_library_close(library);
    if (e->status) bmi_npz_end(out);
    return e->status;
}

void bmi_npz_end(bmi_npz *z)
{
    for (size_t i = 0; i < z->n; i++) {
        bmi_text_release(z->context, z->members[i].name);
        bm_tensor_free(z->members[i].tensor);
    }
    bmi_release(z->context, z->members, z->capacity, sizeof *z->members);
    *z = (bmi_npz){ .context = z->context };
}
