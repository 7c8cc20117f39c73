#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace temblor {

/// Numbers in a device's memory, shared and not changed. What is inside is known to
/// compress/model/torch/device_tensor.h alone.
class DeviceRows {
public:
    struct Box;
    explicit DeviceRows(std::shared_ptr<const Box> box) : box_(std::move(box)) {}

    [[nodiscard]] std::vector<int64_t> shape() const;
    /// All of them, row by row, as float32 in the CPU's memory.
    [[nodiscard]] std::vector<float> to_floats() const;
    [[nodiscard]] const Box& box() const { return *box_; }

private:
    std::shared_ptr<const Box> box_;
};

}  // namespace temblor
