#include "tests/crash/file_damage.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/data/test_files.h"

namespace temblor::testing {
namespace {

namespace fs = std::filesystem;

std::string kind_of(const fs::path& relative) {
    const std::string name = relative.filename().string();
    const std::string text = relative.string();
    if (relative.extension() == ".tbl")
        return name.substr(0, std::min(name.find('-'), name.find('.')));
    if (name == "collection.json") return name;
    std::string kind = text.starts_with("catalog/") ? "catalog/" : "db/";
    if (!relative.extension().empty()) return kind + "*" + relative.extension().string();
    return kind + name.substr(0, name.find('-'));
}

std::string junk(uint64_t bytes, SplitMix& random) {
    std::string out(bytes, '\0');
    for (char& c : out) c = static_cast<char>(random.below(256));
    return out;
}

}  // namespace

std::map<std::string, std::vector<std::string>> files_by_kind(const std::string& folder) {
    std::map<std::string, std::vector<std::string>> kinds;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        const fs::path relative = fs::relative(entry.path(), folder);
        const std::string name = relative.filename().string();
        if (name == "LOCK" || name.starts_with("LOG")) continue;  // nothing reads them
        kinds[kind_of(relative)].push_back(relative.string());
    }
    for (auto& [kind, files] : kinds) std::ranges::sort(files);
    return kinds;
}

std::string damage_file(const std::string& path, uint64_t how, SplitMix& random) {
    std::string bytes = slurp(path);
    const std::string before = bytes;
    if (bytes.empty() && how < 4) how = 4 + random.below(2);
    std::string done;
    const uint64_t at = bytes.empty() ? 0 : random.below(bytes.size());
    switch (how) {
        case 0: {
            const uint64_t bit = random.below(8);
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
            done = "bit " + std::to_string(bit) + " of byte " + std::to_string(at) + " flipped";
            break;
        }
        case 1:
            bytes.resize(at);
            done = "cut at " + std::to_string(at);
            break;
        case 2: {
            const uint64_t run = 1 + random.below(std::min<uint64_t>(bytes.size() - at, 200));
            bytes.replace(at, run, junk(run, random));
            done = std::to_string(run) + " bytes of junk at " + std::to_string(at);
            break;
        }
        case 3:
            std::fill(bytes.begin() + static_cast<ptrdiff_t>(at), bytes.end(), '\0');
            done = "zeros from " + std::to_string(at);
            break;
        case 4:
            fs::remove(path);
            return "removed";
        default:
            bytes += junk(1 + random.below(5000), random);
            done = "junk appended";
    }
    if (bytes == before) {  // zeros over zeros
        bytes[at] = static_cast<char>(bytes[at] ^ 1);
        done = "bit 0 of byte " + std::to_string(at) + " flipped";
    }
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    return done;
}

void copy_folder(const std::string& from, const std::string& to) {
    fs::remove_all(to);
    fs::copy(from, to, fs::copy_options::recursive);
}

}  // namespace temblor::testing
