# SPDX-License-Identifier: Apache-2.0
# baeum_flags: what every file of ours is compiled with.
add_library(baeum_flags INTERFACE)
target_compile_definitions(baeum_flags INTERFACE _POSIX_C_SOURCE=200809L)
target_include_directories(baeum_flags INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
# No contraction: a*b+c is a multiply and an add everywhere, FMA only where it is written. That keeps bits equal.
target_compile_options(baeum_flags INTERFACE -Wall -Wextra -pedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes
  -Wno-missing-field-initializers -ffp-contract=off -fno-math-errno -fno-trapping-math)
if(BAEUM_WERROR)
  target_compile_options(baeum_flags INTERFACE -Werror)
endif()
if(BAEUM_SANITIZE)
  target_compile_options(baeum_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
  target_link_options(baeum_flags INTERFACE -fsanitize=address,undefined)
endif()
if(BAEUM_SANITIZE_THREADS)
  target_compile_options(baeum_flags INTERFACE -fsanitize=thread -g)
  target_link_options(baeum_flags INTERFACE -fsanitize=thread)
endif()
if(BAEUM_COVERAGE)
  target_compile_options(baeum_flags INTERFACE --coverage -O0 -g)
  link_libraries(--coverage) # examples and the installed library, too, which have no other flags of ours
endif()
target_link_libraries(baeum_flags INTERFACE baeum_dependencies)
