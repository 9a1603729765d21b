# SPDX-License-Identifier: Apache-2.0
# What `make install` brings: both libraries, headers, the CMake package, the pkg-config file, the command, man pages, data.
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/baeum)

install(TARGETS baeum EXPORT baeumTargets)
install(TARGETS baeum_static baeum_dependencies EXPORT baeumStaticTargets)
install(EXPORT baeumTargets NAMESPACE baeum:: DESTINATION ${package})
install(EXPORT baeumStaticTargets NAMESPACE baeum:: DESTINATION ${package})
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

configure_package_config_file(cmake/baeumConfig.cmake.in ${PROJECT_BINARY_DIR}/baeumConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/baeumConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/baeumConfig.cmake ${PROJECT_BINARY_DIR}/baeumConfigVersion.cmake DESTINATION ${package})

# The pkg-config file finds its prefix from where it lies, so that an installed tree can be moved.
configure_file(cmake/baeum.pc.in ${PROJECT_BINARY_DIR}/baeum.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/baeum.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

if(TARGET baeum_command)
  install(TARGETS baeum_command)
endif()
file(GLOB manuals CONFIGURE_DEPENDS man/*.1)
if(manuals)
  install(FILES ${manuals} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()
if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/data)
  install(DIRECTORY data/ DESTINATION ${CMAKE_INSTALL_DATADIR}/baeum)
endif()
