"""What a person can mend, told to that person; whatever else is raised is a fault of the program."""


class InputError(ValueError):
    """Files, answers or parameters that cannot be used: in Japanese, what is wrong with them and what to do.

    A notebook that it stops shows the sentence alone; a run that it stops ends as a problem in the data.
    """

    def _render_traceback_(self) -> list[str]:
        """What Jupyter shows: the sentence, without the way through the program that led to it."""
        return [str(self)]
