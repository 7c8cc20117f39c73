#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace temblor {

/// 64-bit keys to 64-bit values in one array (open addressing, at most half full). The key of all
/// ones is reserved. Filled once, then immutable and thread-safe.
class FlatTable {
public:
    static constexpr uint64_t kNoKey = ~uint64_t{0};

    explicit FlatTable(size_t entries = 0) { resize(entries); }

    /// False, and nothing changed, if the key is there.
    bool insert(uint64_t key, uint64_t value) {
        if (2 * (size_ + 1) > slots_.size()) grow();
        Slot& slot = slots_[place_of(key)];
        if (slot.key == key) return false;
        slot = {key, value};
        ++size_;
        return true;
    }
    /// The value of a key that is there.
    void replace(uint64_t key, uint64_t value) { slots_[place_of(key)].value = value; }
    [[nodiscard]] const uint64_t* find(uint64_t key) const {
        const Slot& slot = slots_[place_of(key)];
        return slot.key == key ? &slot.value : nullptr;
    }
    [[nodiscard]] size_t size() const { return size_; }

private:
    struct Slot {
        uint64_t key = kNoKey;
        uint64_t value = 0;
    };

    [[nodiscard]] size_t place_of(uint64_t key) const {
        size_t place = static_cast<size_t>((key * 0x9E3779B97F4A7C15U) >> shift_);
        while (slots_[place].key != key && slots_[place].key != kNoKey) {
            place = (place + 1) & (slots_.size() - 1);
        }
        return place;
    }
    void resize(size_t entries) {
        unsigned bits = 3;
        while ((size_t{1} << bits) < 2 * (entries + 1)) ++bits;
        shift_ = 64 - bits;
        slots_.assign(size_t{1} << bits, Slot{});
    }
    void grow() {
        std::vector<Slot> old = std::move(slots_);
        resize(2 * size_ + 2);
        for (const Slot& slot : old) {
            if (slot.key != kNoKey) slots_[place_of(slot.key)] = slot;
        }
    }

    std::vector<Slot> slots_;
    size_t size_ = 0;
    unsigned shift_ = 0;
};

}  // namespace temblor
