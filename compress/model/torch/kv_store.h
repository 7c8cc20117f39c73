#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "compress/model/files/model_config.h"

namespace temblor {

/// The tensors of a KvCache: of each layer, keys (rotated) and values as [kv heads, capacity, head
/// size], each head's rows one after the other, so that heads can come to differ in rows. Rows are
/// added to every layer and then counted, so a call that fails between leaves the store as it was.
class KvStore {
public:
    /// Rows are allocated in multiples of it.
    static constexpr int64_t kChunk = 256;

    KvStore(const ModelConfig& config, at::Device device, at::ScalarType type);

    /// Makes room for `rows` rows in all.
    void reserve(int64_t rows);
    /// Writes keys and values [n, kv heads, head size] of a layer behind the counted rows.
    /// There must be room.
    void write(int64_t layer, const at::Tensor& keys, const at::Tensor& values);
    /// Counts rows that every layer has got.
    void count(std::span<const int64_t> positions);
    void truncate(int64_t rows);

    [[nodiscard]] const at::Tensor& keys(int64_t layer) const {
        return keys_[static_cast<size_t>(layer)];
    }
    [[nodiscard]] const at::Tensor& values(int64_t layer) const {
        return values_[static_cast<size_t>(layer)];
    }
    [[nodiscard]] int64_t layers() const { return static_cast<int64_t>(keys_.size()); }
    [[nodiscard]] int64_t length() const { return static_cast<int64_t>(positions_.size()); }
    [[nodiscard]] int64_t capacity() const { return capacity_; }
    [[nodiscard]] const std::vector<int64_t>& positions() const { return positions_; }
    [[nodiscard]] int64_t next_position() const;
    [[nodiscard]] int64_t bytes() const;
    [[nodiscard]] at::Device device() const { return device_; }
    /// Whether it is of a model of this shape and type.
    [[nodiscard]] bool fits(const ModelConfig& config, at::Device device,
                            at::ScalarType type) const;

private:
    at::Device device_;
    at::ScalarType type_;
    int64_t kv_heads_;
    int64_t head_size_;
    int64_t capacity_ = 0;
    std::vector<at::Tensor> keys_;
    std::vector<at::Tensor> values_;
    std::vector<int64_t> positions_;  ///< of the counted rows
};

}  // namespace temblor
