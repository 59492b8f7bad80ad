"""Letters in the language and the time zone of who reads them."""

from chat.languages.saying import LANGUAGES, said, sentence, spoken_by
from chat.languages.telling_time import clock_time, is_zone, when

__all__ = ["LANGUAGES", "clock_time", "is_zone", "said", "sentence", "spoken_by", "when"]
