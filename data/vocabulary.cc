#include "data/vocabulary.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>

namespace temblor {
namespace {

constexpr uint64_t kMaxTokens = std::numeric_limits<uint32_t>::max();
constexpr size_t kVocabularyWord = sizeof(uint64_t);

uint64_t padded_to_word(uint64_t bytes) {
    return (bytes + kVocabularyWord - 1) / kVocabularyWord * kVocabularyWord;
}

/// The layout of Vocabulary::serialize(), from tokens that lie end to end in `characters`.
std::vector<std::byte> lay_out(const std::vector<uint64_t>& offsets,
                               const std::vector<uint32_t>& sorted, std::string_view characters) {
    const uint64_t count = sorted.size();
    const size_t offsets_at = kVocabularyWord;
    const size_t sorted_at = offsets_at + offsets.size() * kVocabularyWord;
    const size_t characters_at = sorted_at + padded_to_word(count * sizeof(uint32_t));
    std::vector<std::byte> bytes(characters_at + characters.size());
    std::memcpy(bytes.data(), &count, kVocabularyWord);
    std::memcpy(bytes.data() + offsets_at, offsets.data(), offsets.size() * kVocabularyWord);
    if (count != 0) std::memcpy(bytes.data() + sorted_at, sorted.data(), count * sizeof(uint32_t));
    if (!characters.empty()) {
        std::memcpy(bytes.data() + characters_at, characters.data(), characters.size());
    }
    return bytes;
}

Result<Vocabulary> from_parts(const std::vector<uint64_t>& offsets, std::string_view characters) {
    const auto token = [&](uint32_t component) {
        return characters.substr(offsets[component], offsets[component + 1] - offsets[component]);
    };
    std::vector<uint32_t> sorted(offsets.size() - 1);
    std::iota(sorted.begin(), sorted.end(), 0U);
    std::sort(sorted.begin(), sorted.end(), [&](uint32_t a, uint32_t b) {
        const int order = token(a).compare(token(b));
        return order != 0 ? order < 0 : a < b;
    });
    for (size_t i = 1; i < sorted.size(); ++i) {
        if (token(sorted[i - 1]) == token(sorted[i])) {
            return Status::invalid_argument("token " + std::to_string(sorted[i]) + " (\"" +
                                            std::string(token(sorted[i])) + "\") repeats token " +
                                            std::to_string(sorted[i - 1]));
        }
    }
    auto bytes =
        std::make_shared<const std::vector<std::byte>>(lay_out(offsets, sorted, characters));
    return Vocabulary::from_bytes(bytes, *bytes);
}

}  // namespace

Result<Vocabulary> Vocabulary::from_tokens(const std::vector<std::string>& tokens) {
    if (tokens.size() > kMaxTokens) {
        return Status::resource_exhausted(std::to_string(tokens.size()) +
                                          " tokens (a vocabulary holds 2^32 - 1)");
    }
    std::vector<uint64_t> offsets{0};
    offsets.reserve(tokens.size() + 1);
    std::string characters;
    for (const std::string& token : tokens) {
        characters += token;
        offsets.push_back(characters.size());
    }
    return from_parts(offsets, characters);
}

Result<Vocabulary> Vocabulary::from_bytes(std::shared_ptr<const void> owner,
                                          std::span<const std::byte> bytes) {
    if (bytes.empty()) return Vocabulary();
    if (reinterpret_cast<uintptr_t>(bytes.data()) % kVocabularyWord != 0) {
        return Status::invalid_argument("vocabulary: bytes are not aligned to 8");
    }
    uint64_t count = 0;
    if (bytes.size() >= kVocabularyWord) std::memcpy(&count, bytes.data(), kVocabularyWord);
    if (bytes.size() < 2 * kVocabularyWord || count > kMaxTokens) {
        return Status::corruption("vocabulary: " + std::to_string(bytes.size()) +
                                  " bytes with a count of " + std::to_string(count));
    }
    const uint64_t sorted_at = kVocabularyWord * (count + 2);
    const uint64_t characters_at = sorted_at + padded_to_word(count * sizeof(uint32_t));
    if (characters_at > bytes.size()) {
        return Status::corruption("vocabulary: " + std::to_string(count) + " tokens need over " +
                                  std::to_string(characters_at) + " bytes, " +
                                  std::to_string(bytes.size()) + " are there");
    }
    Vocabulary vocabulary;
    vocabulary.size_ = static_cast<uint32_t>(count);
    vocabulary.offsets_ = {reinterpret_cast<const uint64_t*>(bytes.data() + kVocabularyWord),
                           count + 1};
    vocabulary.sorted_ = {reinterpret_cast<const uint32_t*>(bytes.data() + sorted_at), count};
    vocabulary.characters_ = {reinterpret_cast<const char*>(bytes.data() + characters_at),
                              bytes.size() - characters_at};
    if (vocabulary.offsets_.front() != 0 ||
        vocabulary.offsets_.back() != vocabulary.characters_.size()) {
        return Status::corruption("vocabulary: offsets end at " +
                                  std::to_string(vocabulary.offsets_.back()) + ", characters at " +
                                  std::to_string(vocabulary.characters_.size()));
    }
    vocabulary.owner_ = std::move(owner);
    return vocabulary;
}

std::string_view Vocabulary::token(uint32_t component) const {
    if (component >= size_) return {};
    const uint64_t begin = offsets_[component];
    const uint64_t end = offsets_[component + 1];
    if (begin > end || end > characters_.size()) return {};
    return characters_.substr(begin, end - begin);
}

std::optional<uint32_t> Vocabulary::find(std::string_view wanted) const {
    const auto place = std::lower_bound(
        sorted_.begin(), sorted_.end(), wanted,
        [this](uint32_t component, std::string_view text) { return token(component) < text; });
    if (place == sorted_.end() || *place >= size_ || token(*place) != wanted) return std::nullopt;
    return *place;
}

std::vector<std::byte> Vocabulary::serialize() const {
    if (size_ == 0) return lay_out({0}, {}, {});
    return lay_out({offsets_.begin(), offsets_.end()}, {sorted_.begin(), sorted_.end()},
                   characters_);
}

Status Vocabulary::validate() const {
    for (uint32_t component = 0; component < size_; ++component) {
        if (offsets_[component] > offsets_[component + 1]) {
            return Status::corruption("vocabulary: component " + std::to_string(component) +
                                      ": offset runs backwards");
        }
    }
    for (size_t i = 0; i < sorted_.size(); ++i) {
        // Strictly rising tokens also make the order a permutation.
        if (sorted_[i] >= size_ || (i > 0 && token(sorted_[i - 1]) >= token(sorted_[i]))) {
            return Status::corruption("vocabulary: order entry " + std::to_string(i) +
                                      ": component " + std::to_string(sorted_[i]) +
                                      " is out of place");
        }
    }
    return Status::ok();
}

/// Open addressing over hashes; tokens lie end to end in one string.
struct VocabularyBuilder::Impl {
    static constexpr uint32_t kFree = std::numeric_limits<uint32_t>::max();

    std::vector<uint64_t> offsets{0};
    std::vector<size_t> hashes;
    std::string characters;
    std::vector<uint32_t> slots = std::vector<uint32_t>(1024, kFree);

    [[nodiscard]] std::string_view token(uint32_t component) const {
        return std::string_view(characters)
            .substr(offsets[component], offsets[component + 1] - offsets[component]);
    }

    void grow() {
        std::vector<uint32_t> larger(slots.size() * 2, kFree);
        const size_t mask = larger.size() - 1;
        for (const uint32_t component : slots) {
            if (component == kFree) continue;
            size_t slot = hashes[component] & mask;
            while (larger[slot] != kFree) slot = (slot + 1) & mask;
            larger[slot] = component;
        }
        slots = std::move(larger);
    }
};

VocabularyBuilder::VocabularyBuilder() : impl_(std::make_unique<Impl>()) {}
VocabularyBuilder::~VocabularyBuilder() = default;
VocabularyBuilder::VocabularyBuilder(VocabularyBuilder&&) noexcept = default;
VocabularyBuilder& VocabularyBuilder::operator=(VocabularyBuilder&&) noexcept = default;

uint32_t VocabularyBuilder::component_of(std::string_view token) {
    Impl& impl = *impl_;
    const size_t hash = std::hash<std::string_view>{}(token);
    const size_t mask = impl.slots.size() - 1;
    size_t slot = hash & mask;
    for (; impl.slots[slot] != Impl::kFree; slot = (slot + 1) & mask) {
        const uint32_t component = impl.slots[slot];
        if (impl.hashes[component] == hash && impl.token(component) == token) return component;
    }
    TEMBLOR_CHECK(impl.hashes.size() < kMaxTokens);
    const auto component = static_cast<uint32_t>(impl.hashes.size());
    impl.hashes.push_back(hash);
    impl.characters += token;
    impl.offsets.push_back(impl.characters.size());
    impl.slots[slot] = component;
    if (impl.hashes.size() * 2 > impl.slots.size()) impl.grow();
    return component;
}

uint32_t VocabularyBuilder::size() const { return static_cast<uint32_t>(impl_->hashes.size()); }

Result<Vocabulary> VocabularyBuilder::finish() const {
    return from_parts(impl_->offsets, impl_->characters);
}

}  // namespace temblor
