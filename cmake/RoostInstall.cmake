# cmake --install: headers, libraries and roost-config.cmake, for find_package(roost [COMPONENTS testing]).
include(CMakePackageConfigHelpers)
set(package_dir lib/cmake/roost)

install(DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/include/roost DESTINATION include)
install(TARGETS roost EXPORT roost-targets ARCHIVE DESTINATION lib)
install(EXPORT roost-targets NAMESPACE roost:: DESTINATION ${package_dir})
if(TARGET roost_testing)
  set_target_properties(roost_testing PROPERTIES EXPORT_NAME testing EXCLUDE_FROM_ALL OFF)
  install(TARGETS roost_testing EXPORT roost-testing-targets ARCHIVE DESTINATION lib)
  install(EXPORT roost-testing-targets NAMESPACE roost:: DESTINATION ${package_dir})
endif()

write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/roost-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_SOURCE_DIR}/cmake/roost-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/roost-config-version.cmake DESTINATION ${package_dir})
