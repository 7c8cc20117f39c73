#include "compress/model/torch/device_tensor.h"

#include "compress/model/torch/device.h"

namespace temblor {

DeviceRows device_rows(at::Tensor tensor) {
    return DeviceRows(std::make_shared<const DeviceRows::Box>(DeviceRows::Box{std::move(tensor)}));
}

std::vector<int64_t> DeviceRows::shape() const { return box_->tensor.sizes().vec(); }

std::vector<float> DeviceRows::to_floats() const {
    const at::Tensor floats = temblor::to_floats(box_->tensor);
    const auto* values = floats.data_ptr<float>();
    return {values, values + floats.numel()};
}

}  // namespace temblor
