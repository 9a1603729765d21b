// SPDX-License-Identifier: Apache-2.0
/* Installs into a temporary folder, then builds and runs a program against what lies there: by pkg-config with the shared and the
 * static library, and by the CMake package; also after the folder was moved.
 */
#include "support/bmt.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char build[1024], prefix[1024];

static const char program[] = "#include <baeum.h>\n"
                              "int main(void)\n"
                              "{\n"
                              "    const float numbers[] = { 1, 2, 3, 4 };\n"
                              "    bm_tensor *t = bm_tensor_copy(BM_F32, BM_SHAPE(2, 2), numbers);\n"
                              "    bm_tensor_print(t, stdout);\n"
                              "    bm_free(t);\n"

                              "    return 0;\n"
                              "}\n";

/* Its table lies with the library, wherever that was installed. */
static const char table_program[] = "#include <baeum.h>\n"
                                    "int main(void)\n"
                                    "{\n"
                                    "    bm_table *iris = bm_table_load(\"iris\");\n"
                                    "    printf(\"%d rows\\n\", (int)bm_table_rows(iris));\n"
                                    "    bm_free(iris);\n"
                                    "    return 0;\n"
                                    "}\n";

/* Runs a shell script in the folder of temporary files, with PREFIX, BUILD and PC (where baeum.pc lies) set; its output must end by `want`. */
static void script(const char *text, const char *want)
{
    char command[8192], line[2000], last[2000] = "";
    snprintf(command, sizeof command,
             "exec 2>&1; unset BAEUM_DATA; cd '%s' && set -e; PREFIX='%s'; BUILD='%s'; PC=$(dirname $(find $PREFIX -name "
             "baeum.pc)); %s",
             bmt_temp("."), prefix, build, text);
    FILE *from = popen(command, "r");
    assert_non_null(from);
    while (fgets(line, sizeof line, from)) {
        print_message("%s", line);
        strcpy(last, line);
    }
    const int status = pclose(from);
    if (status) fail_msg("status %d of: %s", status, text);
    if (want) assert_string_equal(last, want);
}

static int install(void **state)
{
    (void)state;
    const char *folder = getenv("BAEUM_BUILD");
    char command[4096];
    snprintf(build, sizeof build, "%s", folder ? folder : "build");
    bmt_temp_file("program.c", program, sizeof program - 1);
    bmt_temp_file("table.c", table_program, sizeof table_program - 1);
    snprintf(prefix, sizeof prefix, "%s", bmt_temp("prefix"));
    snprintf(command, sizeof command, "DESTDIR= cmake --install '%s' --prefix '%s' >/dev/null", build, prefix);
    return system(command);
}

static void all_is_there(void **state)
{
    (void)state;
    static const char *const files[] = { "include/baeum.h",
                                         "include/baeum/base.h",
                                         "lib*/libbaeum.a",
                                         "lib*/libbaeum.so",
                                         "lib*/libbaeum.so.*.*.*",
                                         "lib*/cmake/baeum/baeumConfig.cmake",
                                         "lib*/cmake/baeum/baeumConfigVersion.cmake" };
    for (size_t i = 0; i < BMI_COUNT(files); i++) {
        char text[200];
        snprintf(text, sizeof text, "test -n \"$(find $PREFIX -path \"$PREFIX/%s\" -o -path \"$PREFIX/lib/*/%s\")\"", files[i],
                 files[i] + 5);
        script(text, NULL);
    }
    const char *source = getenv("BAEUM_SOURCE");
    char path[1200];
    snprintf(path, sizeof path, "%s/data", source ? source : ".");
    if (access(path, R_OK) == 0) script("test -n \"$(ls $PREFIX/share/baeum/*)\"", NULL);
    snprintf(path, sizeof path, "%s/src/cli", source ? source : ".");
    if (access(path, R_OK) == 0) script("test -x $PREFIX/bin/baeum", NULL);
}

static const char want[] = "f32 [2, 2] [[1, 2], [3, 4]]\n";

static void by_pkg_config(void **state)
{
    (void)state;
    script("export PKG_CONFIG_PATH=$PC; cc -std=c17 -Wall -Wextra -pedantic -Werror program.c $(pkg-config --cflags --libs "
           "baeum) -o shared; "
           "LD_LIBRARY_PATH=$(pkg-config --variable=libdir baeum) ./shared",
           want);
    script("export PKG_CONFIG_PATH=$PC; cc program.c $(pkg-config --cflags baeum) $(pkg-config --variable=libdir "
           "baeum)/libbaeum.a "
           "$(pkg-config --static --libs baeum | sed 's/-lbaeum//') -o static; ./static",
           want);
    script("export PKG_CONFIG_PATH=$PC; pkg-config --modversion baeum", "0.1.0\n");
}

static void by_cmake(void **state)
{
    (void)state;
    static const char lists[] =
        "cmake_minimum_required(VERSION 3.25)\nproject(p C)\nfind_package(baeum 0.1 REQUIRED COMPONENTS static)\n"
        "add_executable(a program.c)\ntarget_link_libraries(a PRIVATE baeum::baeum)\n"
        "add_executable(b program.c)\ntarget_link_libraries(b PRIVATE baeum::static)\n";
    bmt_temp_file("CMakeLists.txt", lists, sizeof lists - 1);
    script("cmake -S . -B cmake -DCMAKE_PREFIX_PATH=$PREFIX >/dev/null; cmake --build cmake >/dev/null; ./cmake/a; ./cmake/b",
           want);
}

static void table_by_name(void **state)
{
    (void)state;
    script("export PKG_CONFIG_PATH=$PC; cc table.c $(pkg-config --cflags --libs baeum) -o table; "
           "LD_LIBRARY_PATH=$(pkg-config --variable=libdir baeum) ./table",
           "150 rows\n");
}

static void moved(void **state)
{
    (void)state;
    script("mv $PREFIX elsewhere; export PKG_CONFIG_PATH=$(echo $PC | sed s/prefix/elsewhere/); cc program.c $(pkg-config "
           "--cflags --libs baeum) -o moved; "
           "LD_LIBRARY_PATH=$(pkg-config --variable=libdir baeum) ./moved",
           want);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(all_is_there), cmocka_unit_test(by_pkg_config),
                                        cmocka_unit_test(by_cmake), cmocka_unit_test(table_by_name), cmocka_unit_test(moved) };
    return cmocka_run_group_tests(tests, install, NULL);
}
