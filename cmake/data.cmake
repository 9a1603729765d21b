# SPDX-License-Identifier: Apache-2.0
# The bundled data: where it is installed, and where the library looks for it there.
include(GNUInstallDirs)
set_source_files_properties(${PROJECT_SOURCE_DIR}/src/data/sets.c PROPERTIES
  COMPILE_DEFINITIONS BAEUM_SHARE="${CMAKE_INSTALL_FULL_DATADIR}/baeum")
install(DIRECTORY ${PROJECT_SOURCE_DIR}/data/ DESTINATION ${CMAKE_INSTALL_DATADIR}/baeum)
