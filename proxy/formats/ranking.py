"""Small calls that many vendors and servers have in one form: ranking, scoring, tokens, search of the web.

Sources: the parameter types of `cohere` (7.3), `together` (3.1) and `perplexityai` (0.46), and the API pages of
Jina, Voyage, vLLM and Hugging Face's text-embeddings-inference.
"""

from typing import Final

from proxy.formats.compose import below, each, ids
from proxy.formats.openai import CHAT, COMMON, MESSAGE
from proxy.formats.reply import copies
from proxy.formats.table import ErrorShape, Format
from proxy.segment import Label

RANKING: Final = Format(
    id="ranking",
    routes=(r".*/(?:rerank|reranking|score|pooling|classify)",),
    labels={
        **COMMON,
        **each(Label.PROMPT, "query", "query.**", "queries", "queries[*]", "documents[*]", "documents[*].**"),
        **each(Label.PROMPT, "texts[*]", "text_1", "text_1[*]", "text_2", "text_2[*]", "input", "input[*]", "prompt"),
        **each(Label.PROMPT, "input[*].text", "inputs", "inputs[*]", "passages[*].text", "query.text"),
        **each(Label.ATTACHMENT, "documents[*].image", "input[*].image", "query.image"),
        **each(Label.SYSTEM, "instruction", "chat_template"),
        **ids("encoding_format", "rank_fields[*]", "return_documents", "truncate", "truncation", "labels[*]"),
        **below("messages[*]", MESSAGE),
    },
    error_shape=ErrorShape.OPENAI,
    replies=copies("results[*].document", "results[*].document.text", "data[*].document", "error.message", "message"),
)

TOKENS: Final = Format(
    id="tokens",
    routes=(r".*/(?:tokenize|detokenize|tokenization|tokenizers/estimate-token-count)",),
    labels={**CHAT.labels, **each(Label.PROMPT, "prompt", "text", "content", "inputs", "input", "input[*]")},
    error_shape=ErrorShape.OPENAI,
    refinements=CHAT.refinements,
)

SEARCH: Final = Format(
    id="search",
    routes=(r".*/(?:search|web_search|web_fetch|reader)",),
    labels={
        **COMMON,
        **each(Label.PROMPT, "query", "query[*]", "q", "url", "search_query", "queries[*]"),
        **each(Label.METADATA, "search_domain_filter[*]", "user_location.**"),
        **ids("country", "search_mode", "search_type", "search_engine", "search_context_size", "search_intent"),
        **ids("search_after_date_filter", "search_before_date_filter"),
        **ids("last_updated_after_filter", "last_updated_before_filter"),
        **ids("search_recency_filter", "search_language_filter[*]", "request_id", "user_id", "content_size"),
    },
    error_shape=ErrorShape.OPENAI,
)
"""The model searches on the vendor's side, so a query that a client asks for itself is one more prompt."""
