#include "compress/model/torch/kv_store.h"

#include <algorithm>

#include <ATen/ops/zeros.h>

#include "compress/model/kv_cache.h"

namespace temblor {

KvStore::KvStore(const ModelConfig& config, at::Device device, at::ScalarType type)
    : device_(device),
      type_(type),
      kv_heads_(config.kv_heads),
      head_size_(config.head_size),
      keys_(static_cast<size_t>(config.layers)),
      values_(static_cast<size_t>(config.layers)) {}

void KvStore::reserve(int64_t rows) {
    if (rows <= capacity_) return;
    const int64_t wanted = capacity_ == 0 ? rows : std::max(rows, capacity_ + capacity_ / 2);
    const int64_t capacity = (wanted + kChunk - 1) / kChunk * kChunk;
    const auto options = at::TensorOptions(device_).dtype(type_);
    std::vector<at::Tensor> keys;
    std::vector<at::Tensor> values;
    for (int64_t layer = 0; layer < layers(); ++layer) {
        keys.push_back(at::zeros({kv_heads_, capacity, head_size_}, options));
        values.push_back(at::zeros({kv_heads_, capacity, head_size_}, options));
        if (length() == 0) continue;
        keys.back().narrow(1, 0, length()).copy_(this->keys(layer).narrow(1, 0, length()));
        values.back().narrow(1, 0, length()).copy_(this->values(layer).narrow(1, 0, length()));
    }
    keys_ = std::move(keys);
    values_ = std::move(values);
    capacity_ = capacity;
}

void KvStore::write(int64_t layer, const at::Tensor& keys, const at::Tensor& values) {
    const int64_t begin = length();
    const int64_t rows = keys.size(0);
    this->keys(layer).narrow(1, begin, rows).copy_(keys.transpose(0, 1));
    this->values(layer).narrow(1, begin, rows).copy_(values.transpose(0, 1));
}

void KvStore::count(std::span<const int64_t> positions) {
    positions_.insert(positions_.end(), positions.begin(), positions.end());
}

void KvStore::truncate(int64_t rows) { positions_.resize(static_cast<size_t>(rows)); }

int64_t KvStore::next_position() const {
    return positions_.empty() ? 0 : *std::ranges::max_element(positions_) + 1;
}

int64_t KvStore::bytes() const {
    int64_t sum = 0;
    for (const at::Tensor& tensor : keys_) {
        if (tensor.defined()) sum += 2 * static_cast<int64_t>(tensor.nbytes());
    }
    return sum;
}

bool KvStore::fits(const ModelConfig& config, at::Device device, at::ScalarType type) const {
    return layers() == config.layers && kv_heads_ == config.kv_heads &&
           head_size_ == config.head_size && device_ == device && type_ == type;
}

KvCache::KvCache(std::unique_ptr<KvStore> store) : store_(std::move(store)) {}
KvCache::KvCache(KvCache&&) noexcept = default;
KvCache& KvCache::operator=(KvCache&&) noexcept = default;
KvCache::~KvCache() = default;

int64_t KvCache::length() const { return store_->length(); }
int64_t KvCache::next_position() const { return store_->next_position(); }
int64_t KvCache::bytes() const { return store_->bytes(); }
void KvCache::truncate(int64_t rows) { store_->truncate(std::min(rows, length())); }

}  // namespace temblor
