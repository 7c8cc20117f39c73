#pragma once

#include <ATen/core/Tensor.h>

#include "compress/model/device_rows.h"

namespace temblor {

/// The tensor inside.
struct DeviceRows::Box {
    at::Tensor tensor;
};

DeviceRows device_rows(at::Tensor tensor);

}  // namespace temblor
