#include "compress/model/tokenizer/wordpiece_model.h"

#include <fmt/format.h>

#include "compress/model/tokenizer/aligned_text.h"

namespace temblor {

Result<std::unique_ptr<TokenModel>> WordPieceModel::create(TokenTable tokens,
                                                           const std::string& unknown,
                                                           const std::string& continuation,
                                                           uint64_t max_word_characters) {
    std::unique_ptr<WordPieceModel> made(new WordPieceModel(std::move(tokens)));
    const auto id = made->tokens_.find(unknown);
    if (!id) {
        return Status::invalid_argument(
            fmt::format("field \"model.unk_token\": \"{}\" is not in \"model.vocab\"", unknown));
    }
    made->unknown_ = *id;
    made->max_word_characters_ = max_word_characters;
    made->pieces_ = LongestPieces(continuation);
    for (uint32_t i = 0; i < made->tokens_.end(); ++i) {
        if (const auto token = made->tokens_.token(i)) made->pieces_.add(*token, i);
    }
    return std::unique_ptr<TokenModel>(std::move(made));
}

Status WordPieceModel::cut(std::string_view word, std::vector<ModelToken>& out) const {
    uint64_t characters = 0;
    for (size_t i = 0; i < word.size(); i += character_bytes(word[i])) ++characters;
    std::vector<LongestPieces::Piece> pieces;
    if (characters > max_word_characters_ || !pieces_.cut(word, pieces)) {
        out.push_back({unknown_, 0, static_cast<uint32_t>(word.size())});
        return {};
    }
    uint32_t begin = 0;
    for (const auto& piece : pieces) {
        out.push_back({piece.id, begin, piece.end});
        begin = piece.end;
    }
    return {};
}

}  // namespace temblor
