"""Credentials for Kaggle: where they are found, and a safe way in for a kaggle.json. No key is shown or kept here."""

from __future__ import annotations

import streamlit as st

from core.dataset.kaggle import credentials
from core.dataset.kaggle.client import ask
from core.dataset.kaggle.download import TGS
from core.errors import KaggleError, SaltScopeError


def show() -> str | None:
    """Say where credentials are found and take others; returns where they are, None without."""
    source = credentials.found()
    if source:
        st.success(f"Credentials are found in {source}.", icon=":material/key:")
        with st.expander("Use other credentials"):
            _uploader()
    else:
        if path := credentials.spoiled():
            st.warning(f"{path} is there, but it is incomplete or no kaggle.json: give a new one.")
        st.markdown(
            f"Kaggle asks who you are. Get your key at [kaggle.com/settings]({credentials.SETTINGS}): under **API** "
            "choose **Create Legacy API Key**; that gives you the file **kaggle.json**."
        )
        _uploader()
        st.caption(
            "It is kept where Kaggle's own tools look for it, readable by this account alone. "
            "A token in KAGGLE_API_TOKEN or ~/.kaggle/access_token is used too."
        )
    return source


def _uploader() -> None:
    """Take a file, forget it at once by giving the next one another place, and say why it was refused."""
    attempt = st.session_state.setdefault("kaggle_attempt", 0)
    file = st.file_uploader("kaggle.json", type="json", max_upload_size=1, key=f"kaggle_json_{attempt}")
    if file:
        st.session_state["kaggle_refusal"] = _keep(file.getvalue())
        st.session_state["kaggle_attempt"] = attempt + 1
        st.rerun()
    if refusal := st.session_state.get("kaggle_refusal"):
        st.error(refusal)


def _keep(data: bytes) -> str | None:
    """Ask Kaggle whether it knows this login, and keep it if it may; why not in a sentence, else None."""
    try:
        login = credentials.check(data)
        with st.spinner("Asking Kaggle whether it knows you…"):
            ask("files", TGS, login=login)
    except KaggleError as error:
        if error.status == 401:
            return str(error)
        st.toast(f"Kept, though: {error}", icon=":material/warning:")  # it may be sound all the same
    except SaltScopeError as error:
        return str(error)
    credentials.save(login)
    return None
