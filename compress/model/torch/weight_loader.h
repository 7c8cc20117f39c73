#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <ATen/core/Tensor.h>

#include "compress/model/files/safetensors.h"
#include "data/status.h"

namespace temblor {

/// Turns the tensors of a folder into tensors of a device, and remembers the first that was missing
/// or wrong, as "FILE: tensor \"NAME\": ...". After that load() returns undefined tensors, so a
/// module may load all it needs and its maker looks at status() once. Not thread-safe.
class WeightLoader {
public:
    /// `files` must outlive this. `type` is what floating-point weights become.
    WeightLoader(const SafeTensors& files, at::Device device, at::ScalarType type)
        : files_(files), device_(device), type_(type) {}

    /// Names are searched with this before them ("bert."), as long as it is set.
    void set_prefix(std::string prefix) { prefix_ = std::move(prefix); }

    /// The tensor `name` of exactly `shape`, copied. Old files' names are known: LayerNorm.gamma
    /// and .beta for .weight and .bias.
    at::Tensor load(std::string_view name, at::IntArrayRef shape);
    /// Whether it is there, under the prefix.
    [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
    /// Its shape; empty when it is not there.
    [[nodiscard]] std::vector<int64_t> shape(std::string_view name) const;

    void fail(Status status);
    [[nodiscard]] const Status& status() const { return status_; }
    [[nodiscard]] at::Device device() const { return device_; }
    [[nodiscard]] at::ScalarType type() const { return type_; }

private:
    [[nodiscard]] const StoredTensor* find(std::string_view name) const;

    const SafeTensors& files_;
    at::Device device_;
    at::ScalarType type_;
    std::string prefix_;
    Status status_;
};

}  // namespace temblor
