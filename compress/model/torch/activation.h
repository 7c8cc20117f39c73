#pragma once

#include <ATen/core/Tensor.h>

#include "compress/model/files/model_config.h"

namespace temblor {

/// Element by element.
at::Tensor activate(const at::Tensor& input, Activation activation);

}  // namespace temblor
