# unit_tests: every src/**/*_test.cc in one binary. ws_tests and so on: one folder alone, built on demand.
add_library(roost_test_options INTERFACE)
target_link_libraries(roost_test_options INTERFACE roost_testing roost roost_options GTest::gmock GTest::gtest)
# What the tests themselves do takes no time; compiling them does: a quarter less so.
target_compile_options(roost_test_options INTERFACE $<$<CONFIG:Release>:-O1>)
target_include_directories(roost_test_options INTERFACE ${CMAKE_CURRENT_SOURCE_DIR})

add_executable(unit_tests)
target_link_libraries(unit_tests PRIVATE roost_test_options GTest::gmock_main)
set(modules_with_tests ${ROOST_MODULES} testing)
if(NOT ROOST_SANITIZE MATCHES "thread")
  list(APPEND modules_with_tests ${ROOST_PROGRAM_MODULES})  # one thread each: nothing to be found there
endif()
foreach(module ${modules_with_tests})
  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/src/${module}/*_test.cc)
  if(tests)
    add_library(roost_${module}_tests OBJECT ${tests})
    target_link_libraries(roost_${module}_tests PRIVATE roost_test_options)
    set(objects $<TARGET_OBJECTS:roost_${module}_tests>)
    if(module IN_LIST ROOST_PROGRAM_MODULES)
      list(APPEND objects $<TARGET_OBJECTS:roost_${module}>)
    endif()
    target_precompile_headers(roost_${module}_tests PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
    target_sources(unit_tests PRIVATE ${objects})
    # The folder alone, with only the modules that it may know: links fast, and proves the layers.
    add_executable(${module}_tests EXCLUDE_FROM_ALL ${objects})
    target_link_libraries(${module}_tests PRIVATE roost_test_options GTest::gmock_main)
  endif()
endforeach()
# One test compares this page with the settings.
set_source_files_properties(src/server/settings_guide_test.cc PROPERTIES COMPILE_DEFINITIONS
                            ROOST_CONFIGURATION_GUIDE="${CMAKE_CURRENT_SOURCE_DIR}/docs/guide/configuration.md")
add_test(NAME unit_tests COMMAND unit_tests)
