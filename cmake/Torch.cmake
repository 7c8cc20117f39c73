# libtorch for the models of compress/. Sets TEMBLOR_TORCH_FOUND and makes the target
# temblor_torch; TEMBLOR_TORCH says whether it must be there.
#
# Looked for in this order: TEMBLOR_TORCH_PREFIX (a virtual environment, a folder `torch` of
# site-packages, or one with TorchConfig.cmake below it), the environment that `scripts/setup
# --models` makes, a package of the system, and the torch that python3 imports.
set(TEMBLOR_TORCH auto CACHE STRING "libtorch for models: auto (where found), off, require")
set_property(CACHE TEMBLOR_TORCH PROPERTY STRINGS auto off require)
set(TEMBLOR_TORCH_PREFIX "" CACHE PATH "Where libtorch is: a virtual environment or its prefix")
set(TEMBLOR_TORCH_FOUND OFF)
if(TEMBLOR_TORCH STREQUAL "off")
  return()
endif()

# Sets `result` to the folder of TorchConfig.cmake at or below `prefix`, or to nothing.
function(temblor_torch_config prefix result)
  file(GLOB found
    "${prefix}/TorchConfig.cmake" "${prefix}/Torch/TorchConfig.cmake"
    "${prefix}/share/cmake/Torch/TorchConfig.cmake"
    "${prefix}/lib/python3*/site-packages/torch/share/cmake/Torch/TorchConfig.cmake"
    "${prefix}/lib*/cmake/Torch/TorchConfig.cmake" "${prefix}/lib/*/cmake/Torch/TorchConfig.cmake")
  set(folder "")
  if(found)
    list(GET found 0 file)
    get_filename_component(folder "${file}" DIRECTORY)
  endif()
  set(${result} "${folder}" PARENT_SCOPE)
endfunction()

set(torch_config "")
if(TEMBLOR_TORCH_PREFIX)
  temblor_torch_config("${TEMBLOR_TORCH_PREFIX}" torch_config)
  if(NOT torch_config)
    message(FATAL_ERROR "TEMBLOR_TORCH_PREFIX: no TorchConfig.cmake at or below ${TEMBLOR_TORCH_PREFIX}")
  endif()
else()
  temblor_torch_config("${CMAKE_SOURCE_DIR}/build/models-venv" torch_config)
  if(NOT torch_config)
    temblor_torch_config("/usr" torch_config)
  endif()
  if(NOT torch_config)
    find_program(TEMBLOR_PYTHON3 python3)
    if(TEMBLOR_PYTHON3)
      execute_process(
        COMMAND ${TEMBLOR_PYTHON3} -c "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"
        OUTPUT_VARIABLE torch_folder OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
      if(torch_folder)
        temblor_torch_config("${torch_folder}" torch_config)
      endif()
    endif()
  endif()
endif()

if(torch_config)
  # TorchConfig.cmake looks for a CUDA toolkit unless this target exists. What is compiled here
  # needs none: libtorch_cuda is opened when a program asks for a GPU.
  if(NOT TARGET torch::cudart)
    add_library(torch::cudart INTERFACE IMPORTED)
  endif()
  if(NOT Torch_DIR STREQUAL torch_config)
    unset(TEMBLOR_TORCH_BESIDE_SENTENCEPIECE_RUN CACHE)
  endif()
  set(Torch_DIR "${torch_config}" CACHE PATH "" FORCE)
  # Its TorchConfig.cmake would take the targets of another libtorch that the system has.
  get_filename_component(torch_packages "${torch_config}" DIRECTORY)
  set(Caffe2_DIR "${torch_packages}/Caffe2" CACHE PATH "" FORCE)
  unset(TORCH_LIBRARY CACHE)
  find_library(TORCH_LIBRARY torch NO_DEFAULT_PATH
    PATHS "${torch_packages}/../../lib" "${torch_packages}/..")
  mark_as_advanced(Torch_DIR Caffe2_DIR TORCH_LIBRARY)
  find_package(Torch REQUIRED)
  add_library(temblor_torch INTERFACE)
  target_link_libraries(temblor_torch INTERFACE torch_cpu_library c10 ${CMAKE_DL_LIBS})
  # A header an operator: a tenth of what ATen/ATen.h costs to compile.
  target_compile_definitions(temblor_torch INTERFACE
    AT_PER_OPERATOR_HEADERS
    # Its folder of headers holds another {fmt} than the system's library is of.
    FMT_HEADER_ONLY)
  # Debian 12's libtorch needs libprotobuf, and its libsentencepiece exports another protobuf's
  # functions under the same names: a program with both dies before main().
  set(TEMBLOR_TORCH_BESIDE_SENTENCEPIECE OFF)
  get_target_property(torch_cpu_file torch_cpu LOCATION)
  get_target_property(torch_c10_file c10 LOCATION)
  try_run(TEMBLOR_TORCH_BESIDE_SENTENCEPIECE_RUN TEMBLOR_TORCH_BESIDE_SENTENCEPIECE_LINKS
    SOURCE_FROM_CONTENT main.cc "int main() { return 0; }"
    LINK_OPTIONS -Wl,--no-as-needed
    LINK_LIBRARIES ${SENTENCEPIECE_LINK_LIBRARIES} ${torch_cpu_file} ${torch_c10_file})
  if(TEMBLOR_TORCH_BESIDE_SENTENCEPIECE_RUN EQUAL 0)
    set(TEMBLOR_TORCH_BESIDE_SENTENCEPIECE ON)
  else()
    message(STATUS "Models: SentencePiece cannot be loaded beside this libtorch, so no tokenizer.model")
  endif()
  set(TEMBLOR_TORCH_FOUND ON)
  message(STATUS "Models: libtorch ${Torch_VERSION} of ${TORCH_INSTALL_PREFIX}")
elseif(TEMBLOR_TORCH STREQUAL "require")
  message(FATAL_ERROR "TEMBLOR_TORCH=require, but no libtorch was found (scripts/setup --models)")
else()
  message(STATUS "Models: no libtorch, so no encoders and no reader (scripts/setup --models)")
endif()
