#pragma once

#include <string>
#include <vector>

namespace temblor::testing {

/// The name to open a model with for "cpu" or "fake". The fake device holds its tensors in the
/// CPU's memory and computes there, but as a device of its own: an operation that mixes its tensors
/// with the CPU's throws, as on a GPU.
std::string device_under_test(const std::string& name);

/// "cpu" and "fake", and the device that TEMBLOR_DEVICE names.
std::vector<std::string> devices_under_test();

}  // namespace temblor::testing
