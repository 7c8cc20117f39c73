#include "compress/model/torch/weight_loader.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <fmt/format.h>

namespace temblor {
namespace {

std::optional<at::ScalarType> float_type(TensorType type) {
    switch (type) {
        case TensorType::kF64:
            return at::kDouble;
        case TensorType::kF32:
            return at::kFloat;
        case TensorType::kF16:
            return at::kHalf;
        case TensorType::kBF16:
            return at::kBFloat16;
        default:
            return std::nullopt;
    }
}

/// `stored` in place where its bytes are aligned, else a copy of them.
at::Tensor view_stored(const StoredTensor& stored, at::ScalarType type) {
    auto* data = const_cast<std::byte*>(stored.bytes.data());
    if (reinterpret_cast<uintptr_t>(data) % tensor_type_size(stored.type) == 0) {
        return at::from_blob(data, stored.shape, type);
    }
    at::Tensor copy = at::empty(stored.shape, type);
    std::memcpy(copy.data_ptr(), data, stored.bytes.size());
    return copy;
}

std::string old_name(std::string_view name) {
    if (name.ends_with("LayerNorm.weight")) {
        return std::string(name.substr(0, name.size() - 6)) + "gamma";
    }
    if (name.ends_with("LayerNorm.bias")) {
        return std::string(name.substr(0, name.size() - 4)) + "beta";
    }
    return {};
}

}  // namespace

const StoredTensor* WeightLoader::find(std::string_view name) const {
    const std::string full = prefix_ + std::string(name);
    const StoredTensor* stored = files_.find(full);
    if (stored == nullptr) {
        const std::string other = old_name(full);
        if (!other.empty()) stored = files_.find(other);
    }
    return stored;
}

std::vector<int64_t> WeightLoader::shape(std::string_view name) const {
    const StoredTensor* stored = find(name);
    return stored == nullptr ? std::vector<int64_t>{} : stored->shape;
}

void WeightLoader::fail(Status status) {
    if (status_.is_ok()) status_ = std::move(status);
}

at::Tensor WeightLoader::load(std::string_view name, at::IntArrayRef shape) {
    if (!status_.is_ok()) return {};
    const StoredTensor* stored = find(name);
    if (stored == nullptr) {
        fail(Status::corruption(fmt::format("{}: tensor \"{}{}\": missing, expected shape {}",
                                            files_.path(), prefix_, name,
                                            shape_text({shape.data(), shape.size()}))));
        return {};
    }
    const auto type = float_type(stored->type);
    if (!std::ranges::equal(stored->shape, shape) || !type.has_value()) {
        fail(Status::corruption(
            fmt::format("{}: tensor \"{}\": expected floating-point numbers of shape {}, found {} "
                        "of shape {}",
                        stored->file, stored->name, shape_text({shape.data(), shape.size()}),
                        tensor_type_name(stored->type), shape_text(stored->shape))));
        return {};
    }
    return view_stored(*stored, *type).to(device_, type_, /*non_blocking=*/false, /*copy=*/true);
}

}  // namespace temblor
