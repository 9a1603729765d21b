# SPDX-License-Identifier: Apache-2.0
# baeum_variants(OUT sources...): each source compiled once per real type and instruction set (src/kernels/cpu/variant.h).
#
# The kernels in src/kernels/cpu/variants/ are inlined so much that the sanitizers take up to a minute a file and give them frames of
# megabytes. In a sanitized build they are compiled without; their tests put arrays against pages that may not be touched,
# which sees what the address sanitizer would. The rows of src/ops/elementwise_*.c keep the address sanitizer. For a look at the kernels
# themselves -DBAEUM_SANITIZE_KERNELS=address (or undefined) compiles them with that one, and tests/kernels/ are to be run.
add_library(baeum_variant_flags INTERFACE)
if(BAEUM_SANITIZE)
  target_compile_options(baeum_variant_flags INTERFACE -fno-sanitize=alignment,null,pointer-overflow,object-size)
  file(GLOB unsanitized CONFIGURE_DEPENDS src/kernels/cpu/variants/*.c)
  set_source_files_properties(${unsanitized} PROPERTIES COMPILE_OPTIONS "-fno-sanitize=all")
  if(BAEUM_SANITIZE_KERNELS)
    set_source_files_properties(${unsanitized} PROPERTIES COMPILE_OPTIONS
      "-fno-sanitize=all;-fsanitize=${BAEUM_SANITIZE_KERNELS};-fno-sanitize=alignment,null,pointer-overflow,object-size;-fno-sanitize-recover=all")
  endif()
endif()

function(baeum_variants out)
  set(${out} "" PARENT_SCOPE)
  if(NOT ARGN)
    return()
  endif()
  set(isas baseline)
  set(flags_baseline $<$<CONFIG:Release>:-O3>)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|amd64")
    list(APPEND isas avx2 avx512)
    # There the baseline serves processors from before 2013 alone: its loops are written as vectors, and -Os keeps them that way.
    set(flags_baseline $<$<CONFIG:Release>:-Os>)
    set(flags_avx2 $<$<CONFIG:Release>:-O3> -mavx2 -mfma)
    set(flags_avx512 $<$<CONFIG:Release>:-O3> -mavx2 -mfma -mavx512f -mavx512vl -mavx512dq -mavx512bw)
    if(CMAKE_C_COMPILER_ID STREQUAL "GNU" OR CMAKE_C_COMPILER_ID MATCHES "Clang")
      list(APPEND flags_avx512 -mprefer-vector-width=512)
    endif()
  endif()
  set(objects "")
  set(number 0)
  foreach(isa IN LISTS isas)
    foreach(bits 32 64)
      set(name baeum_f${bits}_${isa})
      add_library(${name} OBJECT ${ARGN})
      target_link_libraries(${name} PRIVATE baeum_flags baeum_variant_flags)
      # Without tables for unwinding: kernels are leaves that no exception passes; debuggers read .debug_frame. Without copies of functions
      # for single values of an argument: templates say which ones are worth it, and the others take 25 kB.
      target_compile_options(${name} PRIVATE $<$<C_COMPILER_ID:GNU>:-fno-ipa-cp-clone>
                             -fno-asynchronous-unwind-tables ${flags_${isa}})
      target_compile_definitions(${name} PRIVATE BMI_VARIANT=f${bits}_${isa} BMI_VARIANT_REAL=${bits} BMI_VARIANT_ISA=${number})
      list(APPEND objects $<TARGET_OBJECTS:${name}>)
    endforeach()
    math(EXPR number "${number} + 1")
  endforeach()
  set(${out} ${objects} PARENT_SCOPE)
endfunction()
