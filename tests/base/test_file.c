// SPDX-License-Identifier: Apache-2.0
/* Reading whole files, plain and gzip; atomic writing, killed at every point. */
#include "base/file.h"
#include "base/random.h"
#include "support/bmt.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

static const bm_place nowhere = { 0 };

/* Bytes that look like text with some variety. */
static unsigned char *some_bytes(size_t n)
{
    unsigned char *bytes = malloc(n + 1);
    for (size_t i = 0; i < n; i++) bytes[i] = (unsigned char)('a' + bmi_random_below(1, 1, i / 7, 20));
    return bytes;
}

static void expect_content(const char *path, const void *want, size_t n)
{
    bmi_error e = { 0 };
    unsigned char *bytes = NULL;
    size_t size = 0;
    bmi_file_read(&e, nowhere, NULL, path, 0, &bytes, &size);
    if (e.status) fail_msg("%s", e.text);
    assert_int_equal(size, n);
    if (n) assert_memory_equal(bytes, want, n);
    assert_int_equal(bytes[size], 0);
    assert_int_equal((uintptr_t)bytes % 64, 0);
    bmi_file_release(NULL, bytes, size);
}

static void expect_error(const char *path, size_t limit, bm_status status, const char *part)
{
    bmi_error e = { 0 };
    unsigned char *bytes = NULL;
    size_t size = 0;
    bmi_file_read(&e, (bm_place){ "here.c", 5 }, NULL, path, limit, &bytes, &size);
    assert_int_equal(e.status, status);
    assert_null(bytes);
    bmt_contains(path, e.text, part);
    bmt_contains(path, e.text, "here.c:5: ");
}

static void plain_files(void **state)
{
    (void)state;
    static const size_t sizes[] = { 0, 1, 2, 3, 100, 65535, 65536, 65537, 131072, 1000000 };
    for (size_t i = 0; i < BMI_COUNT(sizes); i++) {
        unsigned char *bytes = some_bytes(sizes[i]);
        const char *path = bmt_temp_file("plain", bytes, sizes[i]);
        expect_content(path, bytes, sizes[i]);
        if (sizes[i] > 1) expect_error(path, sizes[i] - 1, BM_E_FORMAT, "bytes that are allowed");
        free(bytes);
    }
    expect_error("/no/such/file", 0, BM_E_FILE, "cannot open /no/such/file: No such file or directory");
    expect_error("/tmp", 0, BM_E_FILE, "cannot read /tmp: it is a folder");
}

static void pipes(void **state)
{
    (void)state;
    unsigned char *bytes = some_bytes(300000);
    const char *path = bmt_temp("pipe");
    assert_int_equal(mkfifo(path, 0600), 0);
    const pid_t child = fork();
    if (child == 0) {
        const int to = open(path, O_WRONLY);
        for (size_t at = 0; at < 300000; at += 10000)
            if (write(to, bytes + at, 10000) != 10000) _exit(1);
        _exit(0);
    }
    expect_content(path, bytes, 300000);
    waitpid(child, NULL, 0);
    free(bytes);
    /* "-" is standard input. */
    const int kept = dup(STDIN_FILENO), file = open(bmt_temp_file("input", "from input", 10), O_RDONLY);
    dup2(file, STDIN_FILENO);
    expect_content("-", "from input", 10);
    dup2(kept, STDIN_FILENO);
    close(kept);
    close(file);
}

/* One gzip member of the bytes, appended to `to`; the new length. */
static size_t pack(unsigned char *to, size_t at, const unsigned char *bytes, size_t n)
{
    z_stream z = {
        .next_in = (unsigned char *)(uintptr_t)bytes, .avail_in = (unsigned)n, .next_out = to + at, .avail_out = 1u << 22
    };
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    at += z.total_out;
    deflateEnd(&z);
    return at;
}

static void gzip_files(void **state)
{
    (void)state;
    static const size_t sizes[] = { 0, 1, 1000, 65536, 3000000 };
    unsigned char *packed = malloc(1u << 23);
    for (size_t i = 0; i < BMI_COUNT(sizes); i++) {
        unsigned char *bytes = some_bytes(sizes[i]);
        const size_t n = pack(packed, 0, bytes, sizes[i]);
        const char *path = bmt_temp_file("one.gz", packed, n);
        expect_content(path, bytes, sizes[i]);
        if (sizes[i] > 1) expect_error(path, sizes[i] - 1, BM_E_FORMAT, "bytes that are allowed");
        const size_t half = sizes[i] / 2, two = pack(packed, pack(packed, 0, bytes, half), bytes + half, sizes[i] - half);
        expect_content(bmt_temp_file("two.gz", packed, two), bytes, sizes[i]);
        memset(packed + two, 0, 512); /* padding of zeros */
        expect_content(bmt_temp_file("padded.gz", packed, two + 512), bytes, sizes[i]);
        free(bytes);
    }
    memset(packed, 0, 1 << 20); /* a megabyte of zeros: the size that the end tells is far more than the file */
    unsigned char *zeros = calloc(1 << 20, 1), *small = malloc(1u << 22);
    expect_content(bmt_temp_file("zeros.gz", small, pack(small, 0, zeros, 1 << 20)), zeros, 1 << 20);
    free(zeros);
    free(small);
    free(packed);
}

/* What gzip's last bytes tell is where growing starts, within reason. */
static void lying_sizes_take_no_memory(void **state)
{
    (void)state;
    unsigned char *packed = malloc(1u << 23), *bytes = some_bytes(200000), *content;
    const size_t n = pack(packed, 0, bytes, 200000);
    bmt_faults f = { 0 };
    bm_context *context = bmt_context(&f, 1);
    bmi_error e = { 0 };
    size_t size;
    packed[n - 1] = 0x0c; /* 200 MB */
    assert_int_equal(bmi_file_read(&e, (bm_place){ 0 }, context, bmt_temp_file("lying.gz", packed, n), 0, &content, &size),
                     BM_E_FORMAT);
    assert_in_range(f.peak_bytes, 200000, 20 * n + (1 << 20));
    bm_free(context);
    free(packed);
    free(bytes);
}

/* A program that has closed its standard input gets its number for the next file. */
static void every_file_is_closed(void **state)
{
    (void)state;
    const char *path = bmt_temp_file("number 0", "abc", 3);
    const int standard = dup(STDIN_FILENO);
    close(STDIN_FILENO);
    expect_content(path, "abc", 3);
    const int next = open(path, O_RDONLY);
    if (standard >= 0) dup2(standard, STDIN_FILENO), close(standard);
    assert_int_equal(next, STDIN_FILENO);
}

static void broken_gzip(void **state)
{
    (void)state;
    unsigned char *packed = malloc(1u << 23), *bytes = some_bytes(2000);
    const size_t n = pack(packed, 0, bytes, 2000);
    for (size_t cut = 2; cut < n; cut++) expect_error(bmt_temp_file("cut.gz", packed, cut), 0, BM_E_FORMAT, "broken gzip");
    const unsigned char kept = packed[n / 2];
    packed[n / 2] ^= 0x55;
    expect_error(bmt_temp_file("flipped.gz", packed, n), 0, BM_E_FORMAT, "broken gzip");
    packed[n / 2] = kept;
    memset(packed + n - 4, 0xff, 4); /* a lying size */
    expect_error(bmt_temp_file("lying.gz", packed, n), 0, BM_E_FORMAT, "broken gzip");
    const size_t good = pack(packed, 0, bytes, 2000);
    memcpy(packed + good, "garbage", 7);
    expect_error(bmt_temp_file("garbage.gz", packed, good + 7), 0, BM_E_FORMAT, "broken gzip");
    free(packed);
    free(bytes);
}

static bm_status read_run(bm_context *context, void *arg)
{
    bmi_error e = { 0 };
    unsigned char *bytes = NULL;
    size_t size = 0;
    bmi_file_read(&e, nowhere, context, arg, 0, &bytes, &size);
    bmi_file_release(context, bytes, size);
    return e.status;
}

static void put(const char *path, const char *text)
{
    bmi_error e = { 0 };
    bmi_writer *w = bmi_writer_begin(&e, nowhere, NULL, path);
    bmi_writer_bytes(w, text, strlen(text));
    bmi_writer_commit(w);
    bmi_writer_end(w);
    if (e.status) fail_msg("%s", e.text);
}

static bm_status write_run(bm_context *context, void *arg)
{
    bmi_error e = { 0 };
    bmi_writer *w = bmi_writer_begin(&e, nowhere, context, arg);
    bmi_writer_bytes(w, "new", 3);
    bmi_writer_commit(w);
    bmi_writer_end(w);
    return e.status;
}

static void each_allocation_fails(void **state)
{
    (void)state;
    unsigned char *packed = malloc(1u << 23), *bytes = some_bytes(300000);
    const size_t n = pack(packed, pack(packed, 0, bytes, 200000), bytes, 100000);
    char path[4096];
    strcpy(path, bmt_temp_file("fails.gz", packed, n));
    assert_true(bmt_each_failure("reading gzip", read_run, path) >= 4);
    strcpy(path, bmt_temp_file("fails", bytes, 300000));
    assert_true(bmt_each_failure("reading", read_run, path) >= 2);
    strcpy(path, bmt_temp("target"));
    assert_true(bmt_each_failure("writing", write_run, path) >= 1);
    free(packed);
    free(bytes);
}

static int entries(const char *folder)
{
    char command[4200], text[32] = "";
    snprintf(command, sizeof command, "ls -A %s | wc -l", folder);
    FILE *from = popen(command, "r");
    if (!fgets(text, sizeof text, from)) text[0] = 0;
    pclose(from);
    return atoi(text);
}

static void atomic_writing(void **state)
{
    (void)state;
    char folder[4096], path[4200];
    strcpy(folder, bmt_temp("atomic"));
    mkdir(folder, 0777);
    snprintf(path, sizeof path, "%s/model", folder);
    put(path, "first");
    expect_content(path, "first", 5);
    struct stat about;
    const mode_t mask = umask(0);
    umask(mask);
    stat(path, &about);
    assert_int_equal(about.st_mode & 07777, 0666 & ~mask);
    chmod(path, 0640);
    put(path, "second");
    expect_content(path, "second", 6);
    stat(path, &about);
    assert_int_equal(about.st_mode & 07777, 0640);

    bmi_error e = { 0 }; /* without a commit the old one stays */
    bmi_writer *w = bmi_writer_begin(&e, nowhere, NULL, path);
    unsigned char *bytes = some_bytes(200000);
    for (int i = 0; i < 10; i++) assert_int_equal(bmi_writer_bytes(w, bytes, (size_t)i * 20000), BM_OK);
    bmi_writer_end(w);
    expect_content(path, "second", 6);
    assert_int_equal(entries(folder), 1);

    w = bmi_writer_begin(&e, nowhere, NULL, path); /* large and small pieces in order */
    for (size_t at = 0, n = 1; at < 200000; at += n, n = n * 3 % 70001 + 1) {
        if (n > 200000 - at) n = 200000 - at;
        bmi_writer_bytes(w, bytes + at, n);
    }
    assert_int_equal(bmi_writer_commit(w), BM_OK);
    bmi_writer_end(w);
    expect_content(path, bytes, 200000);
    free(bytes);
    assert_int_equal(bmi_writer_bytes(NULL, "x", 1), BM_E_FILE);
    assert_int_equal(bmi_writer_commit(NULL), BM_E_FILE);
    bmi_writer_end(NULL);
}

static void links_are_followed(void **state)
{
    (void)state;
    char folder[4096], file[4200], link[4200], second[4200];
    strcpy(folder, bmt_temp("links"));
    mkdir(folder, 0777);
    snprintf(file, sizeof file, "%s/file", folder);
    snprintf(link, sizeof link, "%s/link", folder);
    snprintf(second, sizeof second, "%s/second", folder);
    assert_int_equal(symlink("file", link), 0);
    assert_int_equal(symlink(link, second), 0);
    put(second, "through two"); /* to a file that is not there yet */
    expect_content(file, "through two", 11);
    put(link, "again");
    expect_content(file, "again", 5);
    struct stat about;
    lstat(link, &about);
    assert_true(S_ISLNK(about.st_mode));
    snprintf(link, sizeof link, "%s/loop", folder);
    assert_int_equal(symlink("loop", link), 0);
    bmi_error e = { 0 };
    assert_null(bmi_writer_begin(&e, nowhere, NULL, link));
    bmt_contains("a loop", e.text, "symbolic links");
}

static void targets_that_are_no_files(void **state)
{
    (void)state;
    const char *path = bmt_temp("out.pipe");
    assert_int_equal(mkfifo(path, 0600), 0);
    const pid_t child = fork();
    if (child == 0) {
        put(path, "through a pipe");
        _exit(0);
    }
    expect_content(path, "through a pipe", 14);
    waitpid(child, NULL, 0);
    struct stat about;
    stat(path, &about);
    assert_true(S_ISFIFO(about.st_mode));
    put("/dev/null", "gone");
    stat("/dev/null", &about);
    assert_true(S_ISCHR(about.st_mode));

    /* Standard output, redirected to a file that has something already: it goes on there. */
    static const char *const names[] = { "/dev/stdout", "-", "/dev/fd/1", "/proc/self/fd/1" };
    for (size_t i = 0; i < BMI_COUNT(names); i++) {
        const char *file = bmt_temp_file("redirected", "before ", 7);
        fflush(stdout);
        const int kept = dup(STDOUT_FILENO), to = open(file, O_WRONLY | O_APPEND);
        dup2(to, STDOUT_FILENO);
        put(names[i], "after");
        dup2(kept, STDOUT_FILENO);
        close(kept);
        close(to);
        expect_content(file, "before after", 12);
    }
}

static void refused_targets(void **state)
{
    (void)state;
    static const struct {
        const char *path, *part;
    } cases[] = {
        { "/no/such/folder/file", "No such file or directory" },
        { "/tmp", "Is a directory" },
        { "", "the path is empty" },
        { "/proc/version/x", "Not a directory" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bmi_error e = { 0 };
        assert_null(bmi_writer_begin(&e, nowhere, NULL, cases[i].path));
        assert_int_equal(e.status, BM_E_FILE);
        bmt_contains("refused", e.text, cases[i].part);
    }
    char *longest = malloc(10000);
    memset(longest, 'a', 9999);
    longest[9999] = 0;
    bmi_error e = { 0 };
    assert_null(bmi_writer_begin(&e, nowhere, NULL, longest));
    bmt_contains("long", e.text, "too long");
    free(longest);
    char name[256];
    memset(name, 'n', 255);
    name[255] = 0;
    put(bmt_temp(name), "the longest name"); /* the temporary one is shorter */
    expect_content(bmt_temp(name), "the longest name", 16);
}

/* A full disk, as a limit on the size of files: the write fails, the old file stays, nothing is left behind. */
static void failed_write_keeps_the_old(void **state)
{
    (void)state;
    char folder[4096], path[4200];
    strcpy(folder, bmt_temp("full"));
    mkdir(folder, 0777);
    snprintf(path, sizeof path, "%s/model", folder);
    put(path, "the old one");
    struct rlimit before, low;
    getrlimit(RLIMIT_FSIZE, &before);
    low = before;
    low.rlim_cur = 100000;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &low);
    bmi_error e = { 0 };
    unsigned char *bytes = some_bytes(70000);
    bmi_writer *w = bmi_writer_begin(&e, nowhere, NULL, path);
    bmi_writer_bytes(w, bytes, 70000);
    const bm_status first = e.status;
    bmi_writer_bytes(w, bytes, 70000);
    const bm_status second = bmi_writer_commit(w);
    bmi_writer_end(w);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_DFL);
    free(bytes);
    assert_int_equal(first, BM_OK);
    assert_int_equal(second, BM_E_FILE);
    bmt_contains("full", e.text, "File too large");
    expect_content(path, "the old one", 11);
    assert_int_equal(entries(folder), 1);
    if (access("/dev/full", W_OK) == 0) {
        bmi_error full = { 0 };
        w = bmi_writer_begin(&full, nowhere, NULL, "/dev/full");
        bmi_writer_bytes(w, "x", 1);
        assert_int_equal(bmi_writer_commit(w), BM_E_FILE);
        bmi_writer_end(w);
        bmt_contains("/dev/full", full.text, "No space left");
    }
}

static void killed_before_commit_keeps_the_old(void **state)
{
    (void)state;
    char path[4096];
    strcpy(path, bmt_temp("killed"));
    put(path, "old");
    unsigned char *bytes = some_bytes(100000);
    for (int point = 0; point < 4; point++) {
        const pid_t child = fork();
        if (child == 0) {
            bmi_error e = { 0 };
            if (point == 0) raise(SIGKILL);
            bmi_writer *w = bmi_writer_begin(&e, nowhere, NULL, path);
            if (point == 1) raise(SIGKILL);
            bmi_writer_bytes(w, bytes, 100000);
            if (point == 2) raise(SIGKILL);
            bmi_writer_commit(w);
            raise(SIGKILL);
        }
        int status = 0;
        waitpid(child, &status, 0);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        if (point < 3) expect_content(path, "old", 3);
        else expect_content(path, bytes, 100000);
    }
    free(bytes);
}

static void pause_for(long microseconds)
{
    nanosleep(&(struct timespec){ .tv_nsec = microseconds * 1000 }, NULL);
}

/* At random times while one file is written over and over: always one whole version. */
static void killed_at_any_time(void **state)
{
    (void)state;
    enum { N = 50000 };
    char path[4096];
    strcpy(path, bmt_temp("any"));
    for (uint64_t round = 0; round < 30; round++) {
        const pid_t child = fork();
        if (child == 0) {
            static char text[N + 1];
            for (int version = 0;; version++) {
                memset(text, 'a' + version % 26, N);
                put(path, text);
            }
        }
        while (access(path, R_OK) != 0) pause_for(200);
        pause_for((long)bmi_random_below(2, 2, round, 3000));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        size_t n;
        unsigned char *bytes = bmt_read(path, &n);
        assert_int_equal(n, N);
        for (size_t i = 1; i < n; i++) assert_int_equal(bytes[i], bytes[0]);
        free(bytes);
    }
}

/* What has no end, or no content, is refused before it is read. */
static void devices_and_sockets(void **state)
{
    (void)state;
    unsigned char *bytes;
    size_t size;
    bmi_error e = { 0 };
    assert_int_equal(bmi_file_read(&e, nowhere, NULL, "/dev/zero", 0, &bytes, &size), BM_E_FILE);
    bmt_contains("zeros", e.text, "cannot read /dev/zero: it is a device");
    e = (bmi_error){ 0 };
    assert_int_equal(bmi_file_read(&e, nowhere, NULL, "/dev/null", 0, &bytes, &size), BM_OK);
    assert_int_equal(size, 0);
    bmi_file_release(NULL, bytes, size);
    const char *path = bmt_temp("socket");
    const int s = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    assert_true(strlen(path) < sizeof name.sun_path);
    strcpy(name.sun_path, path);
    assert_int_equal(bind(s, (const struct sockaddr *)(const void *)&name, sizeof name), 0);
    assert_int_equal(bmi_file_read(&e, nowhere, NULL, path, 0, &bytes, &size), BM_E_FILE);
    bmt_contains("a socket", e.text, "it is a socket");
    close(s);
}

/* A pipe whose writer writes zeros for ever: a text is read up to them. */
static void zeros_without_end(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (!child) {
        static char zeros[4096];
        close(ends[0]);
        if (write(ends[1], "a,b\n", 4) == 4)
            while (write(ends[1], zeros, sizeof zeros) > 0) continue;
        _exit(0);
    }
    close(ends[1]);
    const int before = dup(STDIN_FILENO);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    unsigned char *bytes;
    size_t size;
    bmi_error e = { 0 };
    assert_int_equal(bmi_file_read_lines(&e, nowhere, NULL, "-", true, 0, &bytes, &size), BM_OK);
    dup2(before, STDIN_FILENO);
    close(before);
    assert_true(size > 4 && size < 1 << 20);
    assert_memory_equal(bytes, "a,b\n", 5);
    bmi_file_release(NULL, bytes, size);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_files),
        cmocka_unit_test(pipes),
        cmocka_unit_test(gzip_files),
        cmocka_unit_test(lying_sizes_take_no_memory),
        cmocka_unit_test(every_file_is_closed),
        cmocka_unit_test(broken_gzip),
        cmocka_unit_test(each_allocation_fails),
        cmocka_unit_test(atomic_writing),
        cmocka_unit_test(links_are_followed),
        cmocka_unit_test(targets_that_are_no_files),
        cmocka_unit_test(refused_targets),
        cmocka_unit_test(devices_and_sockets),
        cmocka_unit_test(zeros_without_end),
        cmocka_unit_test(failed_write_keeps_the_old),
        cmocka_unit_test(killed_before_commit_keeps_the_old),
        cmocka_unit_test(killed_at_any_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
