#include "index/payload/bitmap_bytes.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace temblor {
namespace {

constexpr uint32_t kCookieWithoutRuns = 12346;
constexpr uint32_t kCookieWithRuns = 12347;
constexpr uint32_t kMaxContainers = 65536;
/// From this many containers on a bitmap with runs has a table of offsets too.
constexpr uint32_t kOffsetsFrom = 4;
constexpr uint32_t kMaxArray = 4096;
constexpr size_t kBitsetBytes = 8192;

template <typename T>
T load_as(const std::byte* at) {
    T value{};
    std::memcpy(&value, at, sizeof(value));
    return value;
}

/// The table at the front of a bitmap, its sizes checked against the bytes.
struct Directory {
    uint32_t containers = 0;
    std::span<const std::byte> run_flags;
    std::span<const std::byte> keys;     ///< u16 key, u16 cardinality - 1 for each container
    std::span<const std::byte> offsets;  ///< u32 for each container, or none
    size_t bytes = 0;

    [[nodiscard]] uint16_t key(size_t c) const { return load_as<uint16_t>(keys.data() + c * 4); }
    [[nodiscard]] uint32_t cardinality(size_t c) const {
        return load_as<uint16_t>(keys.data() + c * 4 + 2) + 1U;
    }
    [[nodiscard]] bool is_run(size_t c) const {
        return !run_flags.empty() &&
               (std::to_integer<unsigned>(run_flags[c / 8]) >> (c % 8) & 1U) != 0;
    }
};

std::optional<Directory> read_directory(std::span<const std::byte> bytes) {
    Directory directory;
    const auto take = [&](size_t size) -> std::optional<std::span<const std::byte>> {
        if (bytes.size() - directory.bytes < size) return std::nullopt;
        directory.bytes += size;
        return bytes.subspan(directory.bytes - size, size);
    };
    const auto cookie_bytes = take(sizeof(uint32_t));
    if (!cookie_bytes) return std::nullopt;
    const auto cookie = load_as<uint32_t>(cookie_bytes->data());
    const bool runs = (cookie & 0xFFFFU) == kCookieWithRuns;
    if (runs) {
        directory.containers = (cookie >> 16) + 1;
        const auto flags = take((directory.containers + 7) / 8);
        if (!flags) return std::nullopt;
        directory.run_flags = *flags;
    } else {
        const auto count = take(sizeof(uint32_t));
        if (cookie != kCookieWithoutRuns || !count) return std::nullopt;
        directory.containers = load_as<uint32_t>(count->data());
    }
    if (directory.containers > kMaxContainers) return std::nullopt;
    const auto keys = take(size_t{directory.containers} * 4);
    if (!keys) return std::nullopt;
    directory.keys = *keys;
    if (runs && directory.containers < kOffsetsFrom) return directory;
    const auto offsets = take(size_t{directory.containers} * 4);
    if (!offsets) return std::nullopt;
    directory.offsets = *offsets;
    return directory;
}

/// A container's size in bytes and its largest value.
struct Extent {
    size_t bytes = 0;
    uint32_t largest = 0;
};

std::optional<Extent> check_array(std::span<const std::byte> bytes, uint32_t cardinality) {
    const size_t size = size_t{cardinality} * 2;
    if (bytes.size() < size) return std::nullopt;
    auto last = load_as<uint16_t>(bytes.data());
    for (uint32_t i = 1; i < cardinality; ++i) {
        const auto value = load_as<uint16_t>(bytes.data() + size_t{i} * 2);
        if (value <= last) return std::nullopt;
        last = value;
    }
    return Extent{size, last};
}

std::optional<Extent> check_bitset(std::span<const std::byte> bytes, uint32_t cardinality) {
    if (bytes.size() < kBitsetBytes) return std::nullopt;
    uint32_t count = 0;
    Extent extent{kBitsetBytes, 0};
    for (uint32_t word = 0; word < kBitsetBytes / 8; ++word) {
        const auto bits = load_as<uint64_t>(bytes.data() + size_t{word} * 8);
        if (bits == 0) continue;
        count += static_cast<uint32_t>(std::popcount(bits));
        extent.largest = word * 64 + 63 - static_cast<uint32_t>(std::countl_zero(bits));
    }
    if (count != cardinality) return std::nullopt;
    return extent;
}

std::optional<Extent> check_runs(std::span<const std::byte> bytes, uint32_t cardinality) {
    if (bytes.size() < 2) return std::nullopt;
    const auto runs = load_as<uint16_t>(bytes.data());
    const size_t size = 2 + size_t{runs} * 4;
    if (runs == 0 || bytes.size() < size) return std::nullopt;
    uint32_t count = 0;
    uint32_t next = 0;  // the smallest start that leaves a gap to the run before
    for (uint32_t run = 0; run < runs; ++run) {
        const auto start = load_as<uint16_t>(bytes.data() + 2 + size_t{run} * 4);
        const auto more = load_as<uint16_t>(bytes.data() + 4 + size_t{run} * 4);
        if (start < next || uint32_t{start} + more > UINT16_MAX) return std::nullopt;
        count += more + 1U;
        next = uint32_t{start} + more + 2;
    }
    if (count != cardinality) return std::nullopt;
    return Extent{size, next - 2};
}

bool is_well_formed(std::span<const std::byte> bytes, uint64_t row_limit) {
    const auto directory = read_directory(bytes);
    if (!directory) return false;
    size_t place = directory->bytes;
    for (uint32_t c = 0; c < directory->containers; ++c) {
        if (c > 0 && directory->key(c) <= directory->key(c - 1)) return false;
        if (!directory->offsets.empty() &&
            load_as<uint32_t>(directory->offsets.data() + size_t{c} * 4) != place) {
            return false;
        }
        const uint32_t cardinality = directory->cardinality(c);
        const auto rest = bytes.subspan(place);
        const auto extent = directory->is_run(c)      ? check_runs(rest, cardinality)
                            : cardinality > kMaxArray ? check_bitset(rest, cardinality)
                                                      : check_array(rest, cardinality);
        if (!extent) return false;
        if ((uint64_t{directory->key(c)} << 16 | extent->largest) >= row_limit) return false;
        place += extent->bytes;
    }
    return place == bytes.size();
}

}  // namespace

void append_bitmap(std::vector<std::byte>& out, RowBitmap rows) {
    rows.runOptimize();
    const size_t before = out.size();
    out.resize(before + rows.getSizeInBytes());
    rows.write(reinterpret_cast<char*>(out.data() + before));
}

std::optional<RowBitmap> read_bitmap(std::span<const std::byte> bytes, uint64_t row_limit) {
    if (!is_well_formed(bytes, row_limit)) return std::nullopt;
    return RowBitmap::readSafe(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

std::optional<uint64_t> bitmap_cardinality(std::span<const std::byte> bytes) {
    const auto directory = read_directory(bytes);
    if (!directory) return std::nullopt;
    uint64_t rows = 0;
    for (uint32_t c = 0; c < directory->containers; ++c) rows += directory->cardinality(c);
    return rows;
}

}  // namespace temblor
