#include "compress/model/tokenizer/sentencepiece_tokenizer.h"

// Stands for sentencepiece_tokenizer.cc where libtorch cannot share a process with libsentencepiece
// (cmake/Torch.cmake).

namespace temblor {

Result<std::unique_ptr<const Tokenizer>> make_sentencepiece_tokenizer(std::string_view,
                                                                      const TokenizerConfig&) {
    return Status::unimplemented(
        "SentencePiece's library cannot be loaded beside this build's libtorch: needs a "
        "tokenizer.json, or libtorch 2 (scripts/setup --models, then configure and build again)");
}

}  // namespace temblor
