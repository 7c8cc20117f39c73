// Stands for the reader of model/torch/ in a build without libtorch: see no_torch.cc.
#include "compress/model/reader.h"
#include "data/check.h"

namespace temblor {
namespace {

/// Of an object that nobody can have made.
[[noreturn]] void unreachable_reader() {
    check_failed("a reader is open in a build without libtorch", __FILE__, __LINE__);
}

Status reader_without_torch(const std::string& what) {
    return Status::unimplemented(
        what +
        ": this build has no libtorch, which models need: run scripts/setup --models, then "
        "configure and build again");
}

}  // namespace

class KvStore {};
class ReaderCore {};
struct DeviceRows::Box {};

std::vector<int64_t> DeviceRows::shape() const { unreachable_reader(); }
std::vector<float> DeviceRows::to_floats() const { unreachable_reader(); }

KvCache::KvCache(std::unique_ptr<KvStore> store) : store_(std::move(store)) {}
KvCache::KvCache(KvCache&&) noexcept = default;
KvCache& KvCache::operator=(KvCache&&) noexcept = default;
KvCache::~KvCache() = default;
int64_t KvCache::length() const { unreachable_reader(); }
int64_t KvCache::next_position() const { unreachable_reader(); }
int64_t KvCache::bytes() const { unreachable_reader(); }
void KvCache::truncate(int64_t) { unreachable_reader(); }

Reader::Reader(std::unique_ptr<ReaderCore> core) : core_(std::move(core)) {}
Reader::~Reader() = default;

Result<std::unique_ptr<Reader>> Reader::open(const std::string& folder, const ModelOptions&) {
    return reader_without_torch(folder);
}
Result<std::unique_ptr<Reader>> Reader::random(const ModelConfig& config, const ModelOptions&,
                                               uint64_t) {
    return reader_without_torch(config.path);
}
Result<KvCache> Reader::new_cache(int64_t) const { unreachable_reader(); }
Result<std::vector<ReadResult>> Reader::read(std::span<const ReadRequest>) const {
    unreachable_reader();
}
Result<std::vector<Generation>> Reader::generate(std::span<const GenerationRequest>,
                                                 const OnToken&) const {
    unreachable_reader();
}
Result<std::vector<float>> Reader::embeddings(std::span<const uint32_t>) const {
    unreachable_reader();
}
const ModelConfig& Reader::config() const { unreachable_reader(); }
const Tokenizer* Reader::tokenizer() const { unreachable_reader(); }
void Reader::set_chunk_rows(int64_t) { unreachable_reader(); }

}  // namespace temblor
