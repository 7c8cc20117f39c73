#include "compress/model/tokenizer/unigram_model.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "compress/model/tokenizer/aligned_text.h"

namespace temblor {
namespace {

constexpr double kUnknownPenalty = 10;

uint64_t edge_key(uint32_t node, char byte) {
    return (uint64_t{node} << 8) | static_cast<unsigned char>(byte);
}

struct UnigramStep {
    double score = 0;
    uint32_t begin = 0;
    uint32_t id = 0;
    bool reached = false;
};

}  // namespace

Result<std::unique_ptr<TokenModel>> UnigramModel::create(TokenTable tokens,
                                                         std::vector<double> scores,
                                                         std::optional<uint32_t> unknown,
                                                         bool byte_fallback) {
    std::unique_ptr<UnigramModel> made(new UnigramModel(std::move(tokens)));
    if (unknown && *unknown >= scores.size()) {
        return Status::invalid_argument(
            fmt::format("field \"model.unk_id\": {} is not below the {} tokens of \"model.vocab\"",
                        *unknown, scores.size()));
    }
    made->unknown_ = unknown;
    made->byte_fallback_ = byte_fallback;
    made->node_token_.push_back(0);
    double lowest = std::numeric_limits<double>::infinity();
    for (const double score : scores) lowest = std::min(lowest, score);
    made->unknown_score_ = lowest - kUnknownPenalty;
    for (uint32_t id = 0; id < made->tokens_.end(); ++id) {
        const auto token = made->tokens_.token(id);
        if (token && !token->empty()) made->add_to_trie(*token, id);
    }
    made->scores_ = std::move(scores);
    for (size_t byte = 0; byte < 256; ++byte) {
        made->fallback_[byte] = made->tokens_.find(fmt::format("<0x{:02X}>", byte));
    }
    return std::unique_ptr<TokenModel>(std::move(made));
}

void UnigramModel::add_to_trie(std::string_view token, uint32_t id) {
    uint32_t node = 0;
    for (const char c : token) {
        const auto fresh = static_cast<uint32_t>(node_token_.size());
        if (edges_.insert(edge_key(node, c), fresh)) {
            node_token_.push_back(0);
            node = fresh;
        } else {
            node = static_cast<uint32_t>(*edges_.find(edge_key(node, c)));
        }
    }
    node_token_[node] = id + 1;
}

Status UnigramModel::cut(std::string_view word, std::vector<ModelToken>& out) const {
    std::vector<UnigramStep> best(word.size() + 1);
    const auto offer = [&](size_t end, double score, size_t begin, uint32_t id) {
        UnigramStep& step = best[end];
        if (step.reached && score <= step.score) return;
        step = {score, static_cast<uint32_t>(begin), id, true};
    };
    for (size_t begin = 0; begin < word.size();) {
        const double so_far = best[begin].score;
        const size_t length = character_bytes(word[begin]);
        bool whole_character = false;
        uint32_t node = 0;
        for (size_t i = begin; i < word.size(); ++i) {
            const uint64_t* next = edges_.find(edge_key(node, word[i]));
            if (next == nullptr) break;
            node = static_cast<uint32_t>(*next);
            if (node_token_[node] == 0) continue;
            const uint32_t id = node_token_[node] - 1;
            offer(i + 1, scores_[id] + so_far, begin, id);
            whole_character = whole_character || i + 1 == begin + length;
        }
        if (!whole_character) {
            if (!unknown_) {
                return Status::invalid_argument(
                    "field \"model.unk_id\": missing, but a character has no token");
            }
            offer(begin + length, unknown_score_ + so_far, begin, *unknown_);
        }
        begin += length;
    }
    std::vector<TextRange> pieces;  // last first
    bool within_unknown = false;
    for (auto end = static_cast<uint32_t>(word.size()); end > 0;) {
        const UnigramStep& step = best[end];
        const bool unknown = unknown_ && step.id == *unknown_;
        if (unknown && within_unknown) {
            pieces.back().begin = step.begin;
        } else {
            pieces.push_back({step.begin, end});
        }
        within_unknown = unknown;
        end = step.begin;
    }
    for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) {
        put_piece(word, piece->begin, piece->end, out);
    }
    return {};
}

void UnigramModel::put_piece(std::string_view word, uint32_t begin, uint32_t end,
                             std::vector<ModelToken>& out) const {
    const std::string_view piece = word.substr(begin, end - begin);
    if (const auto id = tokens_.find(piece)) {
        out.push_back({*id, begin, end});
        return;
    }
    const auto falls_back = [&](char c) {
        return fallback_[static_cast<unsigned char>(c)].has_value();
    };
    if (byte_fallback_ && std::all_of(piece.begin(), piece.end(), falls_back)) {
        for (const char c : piece) {
            out.push_back({*fallback_[static_cast<unsigned char>(c)], begin, end});
        }
        return;
    }
    if (unknown_) out.push_back({*unknown_, begin, end});
}

}  // namespace temblor
